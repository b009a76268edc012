-- Hands the saved .xopp file to `handpad read`, which reads the handwriting on this computer.

local HANDPAD = "handpad"
local WINDOWS = package.config:sub(1, 1) == "\\"

function initUi()
  app.registerUi({menu = "Handwriting to searchable PDF", callback = "handpadPdf"})
  app.registerUi({menu = "Handwriting to text", callback = "handpadText"})
end

function handpadPdf()
  read("pdf")
end

function handpadText()
  read("txt")
end

-- A word of a command line that the shell takes as it is.
local function quoted(word)
  if WINDOWS then
    return '"' .. word .. '"' -- no file name has a quotation mark there
  end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function tell(message, isError)
  if app.openDialog then
    app.openDialog(message, {"OK"}, "", isError)
  else -- before Xournal++ 1.2.3
    app.msgbox(message, {[1] = "OK"})
  end
end

-- Runs a command; gives whether it ended well, and what it said.
local function run(command)
  if WINDOWS then
    command = '"' .. command .. '"' -- cmd takes the outer ones away
  end
  local process = io.popen(command .. " 2>&1")
  if not process then
    return false, "The command cannot be started."
  end
  local said = process:read("a")
  return process:close() == true, said
end

function read(kind)
  local source = app.getDocumentStructure().xoppFilename
  if not source or source == "" then
    tell("Save the file first: Handpad reads what is saved.", true)
    return
  end
  local target = source:gsub("%.xopp$", ""):gsub("%.xoj$", "") .. "_read." .. kind
  local good, said = run(quoted(HANDPAD) .. " read " .. quoted(source) .. " --" .. kind .. " " .. quoted(target))
  if good then
    tell("What is saved of this file was read: " .. target, false)
  else
    tell("Handpad could not read this file. " .. said, true)
  end
end
