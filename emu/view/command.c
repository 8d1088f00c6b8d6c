/*
 * command.c - the table of command.h, in the order of the help overlay.
 */
#include "command.h"

const struct command_row command_table[] = {
    {CMD_RUN, "R", 'R', "run", "Run the guest; again: pause. Space too."},
    {CMD_STEP_INSN, "S", 'S', "step",
     "Step one instruction, on whichever side the hart is."},
    {CMD_STEP_LINE, "L", 'L', "line", "Step to the next source line."},
    {CMD_INTO_TRAP, "I", 'I', "into trap",
     "Go on until this process traps, whoever runs meanwhile: stop at the "
     "kernel's first instruction."},
    {CMD_OUT_TO_USER, "O", 'O', "out to user",
     "Go on until the hart is back in user code."},
    {CMD_NEXT_CROSSING, "C", 'C', "next crossing",
     "Go on until the next crossing, of whichever process, has opened."},
    {CMD_OLDER, "Up", 0, NULL, "Select the crossing before, in the table."},
    {CMD_NEWER, "Down", 0, NULL,
     "Select the crossing after. Page Up, Page Down: by the screenful."},
    {CMD_NEWEST, "End", 0, NULL,
     "Let the selection follow the newest crossing again."},
    {CMD_FIND, "/", '/', NULL,
     "Find: #12 a crossing, pid 4, 0x40000ff9, a symbol such as copyin."},
    {CMD_FILTER, "F", 'F', NULL,
     "Filter the crossings: words such as write, pid 4, fault, EFAULT."},
    {CMD_CONSOLE, "Tab", 0, NULL,
     "Type to the guest. F6 or Esc: keys are commands again."},
    {CMD_WHOLE_RUN, "Z", 'Z', NULL,
     "Timeline: the whole run, or its end. Wheel: zoom; drag: move."},
    {CMD_PALETTE, "P", 'P', "palette", "Light or dark."},
    {CMD_SPEED, "V", 'V', "speed",
     "How fast a crossing is shown step by step: 1x, 2x, 4x, max (at once)."},
    {CMD_BIGGER, "Ctrl +", 0, NULL, "Everything bigger."},
    {CMD_SMALLER, "Ctrl -", 0, NULL, "Everything smaller. Ctrl 0: as it was."},
    {CMD_SAVE_PICTURE, "Ctrl S", 0, NULL,
     "Save the window as a picture (PNG) in the current folder."},
    {CMD_HELP, "F1", '?', "?", "This page."},
    {CMD_CLOSE, "Esc", 0, NULL, "Close what lies on top; leave a field."},
    {CMD_QUIT, "Ctrl Q", 0, NULL, "Leave Sallyport."},
};
const size_t command_rows = sizeof command_table / sizeof command_table[0];

const struct command_row *command_row(enum command command)
{
    for (size_t i = 0; i < command_rows; i++)
        if (command_table[i].command == command)
            return &command_table[i];
    return NULL;
}

enum command command_of_letter(char letter)
{
    if (letter == ' ')
        return CMD_RUN;
    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    for (size_t i = 0; i < command_rows; i++)
        if (letter && command_table[i].letter == letter)
            return command_table[i].command;
    return CMD_NONE;
}
