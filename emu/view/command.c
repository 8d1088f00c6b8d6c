/*
 * command.c - the table of command.h, in the order of the help overlay.
 */
#include "command.h"

#define ONE_WAY CMD_NONE, NULL

const struct command_row command_table[] = {
    {CMD_RUN, "R", 'R', "run", "Run the guest; again: pause. Space too.",
     CMD_RUN_BACK, "Back to the breakpoint before, or to the beginning."},
    {CMD_STEP_INSN, "S", 'S', "step",
     "Step one instruction, on whichever side the hart is.", CMD_BACK_INSN,
     "Back by one instruction, or the trap in its place."},
    {CMD_STEP_LINE, "L", 'L', "line", "Step to the next source line.",
     CMD_BACK_LINE, "Back to the source line before."},
    {CMD_INTO_TRAP, "I", 'I', "into trap",
     "Go on until this process traps: the kernel's first instruction.",
     CMD_BACK_CROSSING_OWN,
     "Back to the last trap of this process: the kernel's first instruction."},
    {CMD_OUT_TO_USER, "O", 'O', "out to user",
     "Go on until the hart is back in user code.", CMD_BACK_OUT,
     "Back out of the trap: to just before it was taken."},
    {CMD_NEXT_CROSSING, "C", 'C', "crossing",
     "Go on until the next crossing, of any process, has opened.",
     CMD_BACK_CROSSING, "Back to the last trap of any process."},
    {CMD_GO_TRAP, "Enter", 0, NULL,
     "Go to the selected crossing, just before its trap. Double click too.",
     CMD_GO_END, "Go to the selected crossing's end."},
    {CMD_FIRST_MOMENT, "Home", 0, NULL,
     "Go to the first moment of the run. Or drag the timeline's cursor.",
     ONE_WAY},
    {CMD_NEWEST_MOMENT, "End", 0, NULL, "Go to the newest moment.", ONE_WAY},
    {CMD_BRANCHES, "B", 'B', NULL,
     "Branches: typing in the past begins one; here are all of them.", ONE_WAY},
    {CMD_BREAK, "X", 'X', NULL,
     "Breakpoint at the current line, or away with it. Or click a line's "
     "margin; a double click on a line runs to it.",
     ONE_WAY},
    {CMD_BREAKS, "K", 'K', NULL,
     "All breakpoints. Find sets others: 3:main, hello.c:12, break copyout, "
     "break call write if fd == 1. It runs to one: to copyout.",
     ONE_WAY},
    {CMD_LAST_WRITE, "W", 'W', NULL,
     "Back to the last write of the byte looked at. Or double click a byte in "
     "Memory.",
     ONE_WAY},
    {CMD_OLDER, "Up", 0, NULL, "Select the crossing before, in the table.",
     ONE_WAY},
    {CMD_NEWER, "Down", 0, NULL,
     "Select the crossing after. Page Up, Page Down: by the screenful.",
     ONE_WAY},
    {CMD_FIND, "/", '/', NULL,
     "Find: #12 a crossing, pid 4, 0x40000ff9, a symbol such as copyin; "
     "@1204000 goes to that clock.",
     ONE_WAY},
    {CMD_FILTER, "F", 'F', NULL,
     "Filter the crossings: words such as write, pid 4, fault, EFAULT.",
     ONE_WAY},
    {CMD_CONSOLE, "Tab", 0, NULL,
     "Type to the guest. F6 or Esc: keys are commands again.", ONE_WAY},
    {CMD_WHOLE_RUN, "Z", 'Z', NULL,
     "Timeline: the whole run, or its end. Wheel: zoom; drag: move.", ONE_WAY},
    {CMD_PALETTE, "P", 'P', "palette", "Light or dark.", ONE_WAY},
    {CMD_SPEED, "V", 'V', "speed",
     "How fast a crossing is shown step by step: 1x, 2x, 4x, max (at once).",
     ONE_WAY},
    {CMD_BIGGER, "Ctrl +", 0, NULL, "Everything bigger.", ONE_WAY},
    {CMD_SMALLER, "Ctrl -", 0, NULL, "Everything smaller. Ctrl 0: as it was.",
     ONE_WAY},
    {CMD_SAVE_PICTURE, "Ctrl S", 0, NULL,
     "Save the window as a picture (PNG) in the current folder.", ONE_WAY},
    {CMD_SAVE_BRANCH, "Ctrl B", 0, NULL,
     "Save the branch as a recording (.db) in the current folder. Find: "
     "save NAME.db.",
     ONE_WAY},
    {CMD_HELP, "F1", '?', "?", "This page.", ONE_WAY},
    {CMD_CLOSE, "Esc", 0, NULL,
     "Close what lies on top; leave a field; stop a long way.", ONE_WAY},
    {CMD_QUIT, "Ctrl Q", 0, NULL, "Leave Sallyport.", ONE_WAY},
};
const size_t command_rows = sizeof command_table / sizeof command_table[0];

const struct command_row *command_row(enum command command)
{
    for (size_t i = 0; i < command_rows; i++)
        if (command_table[i].command == command)
            return &command_table[i];
    return NULL;
}

const struct command_row *command_row_back(enum command command)
{
    for (size_t i = 0; i < command_rows; i++)
        if (command && command_table[i].back == command)
            return &command_table[i];
    return NULL;
}

const char *command_name(enum command command)
{
    static const struct {
        enum command command;
        const char *name;
    } names[] = {
        {CMD_RUN_BACK, "run back"},
        {CMD_BACK_INSN, "step back"},
        {CMD_BACK_LINE, "line back"},
        {CMD_BACK_CROSSING_OWN, "previous crossing of this process"},
        {CMD_BACK_OUT, "out of the trap backwards"},
        {CMD_BACK_CROSSING, "previous crossing"},
        {CMD_GO_TRAP, "go to the crossing"},
        {CMD_GO_END, "go to the crossing's end"},
        {CMD_LAST_WRITE, "last write"},
        {CMD_SWITCH, "branch"},
        {CMD_BREAK, "breakpoint"},
        {CMD_RUN_TO, "run to"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].command == command)
            return names[i].name;
    const struct command_row *row = command_row(command);
    return row && row->button ? row->button : "go";
}

enum command command_of_letter(char letter, bool shift)
{
    if (letter == ' ')
        return shift ? CMD_RUN_BACK : CMD_RUN;
    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    for (size_t i = 0; i < command_rows; i++) {
        const struct command_row *row = &command_table[i];
        if (letter && row->letter == letter)
            return shift && row->back ? row->back : row->command;
    }
    return CMD_NONE;
}
