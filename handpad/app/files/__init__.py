"""Files and pages in and out of the window: opening, exporting, printing, the clipboard."""
