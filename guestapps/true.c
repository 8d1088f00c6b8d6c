/*
 * true.c - ends with status 0.
 *
 * Watch: how little a process is. From exec to exit there is one crossing, and
 * no page is written but one of the stack. The bench's fork + exec + wait is
 * measured with this program.
 */
int main(void)
{
    return 0;
}
