/*
 * false.c - ends with status 1.
 *
 * Watch: the status in the exit call's argument, and again in the parent's
 * waitpid, where the kernel's copyout stores it as 0x100.
 */
int main(void)
{
    return 1;
}
