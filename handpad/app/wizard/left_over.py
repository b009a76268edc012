"""An interrupted training, and what can be done with it."""

from html import escape

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from handpad.own_model.training_plan import Plan


class LeftOver(QFrame):
    """Offers to go on with a training that was interrupted."""

    def __init__(self):
        super().__init__(objectName="panel")
        self.sentence = QLabel(wordWrap=True)
        self.go_on = QPushButton("Go on")
        self.use = QPushButton("Use it as it is")
        self.discard = QPushButton("Throw away")
        row = QHBoxLayout()
        for button in (self.go_on, self.use, self.discard):
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.addWidget(self.sentence)
        column.addLayout(row)
        self.hide()

    def show_plan(self, plan: Plan) -> None:
        """Offer what can be done with an unfinished training."""
        done = plan.epochs()
        after = f" after round {done[-1]['epoch']} of {done[-1]['epochs']}" if done else ""
        self.sentence.setText(f"The training of <b>{escape(plan.model_name)}</b> was interrupted{after}.")
        self.go_on.setText("Go on" if plan.unfinished_fit or plan.usable else "Begin it again")
        self.use.setVisible(plan.usable_before_its_end)
        self.show()
