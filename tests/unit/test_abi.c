/*
 * test_abi.c - the kernel's tables: read from text as the note holds it, and
 * refused with line and reason where they are wrong.
 */
#include "elf_fixture.h"

#include "../../emu/inspect/fields.h"
#include "../../emu/inspect/symbols.h"

static const char tables[] =
    "SPABI1\n"
    "call\t5\tread\tsize\tfd:fd, buf:out[n], n:size\tRead bytes.\n"
    "call\t0x6\twrite\tsize\tfd:fd, buf:in[n], n:size\tWrite bytes.\n"
    "call\t7\topen\tfd\tpath:path, flags:Open, mode:hex\tOpen a file.\n"
    "call\t12\tpipe\tnone\tfds:out[8]\tMake a pipe.\n"
    "call\t26\tgetpid\tpid\t\tThis process's number.\n"
    "call\t45\tioctl\tint\tfd:fd, request:ioctl, arg:hex\tAsk a device.\n"
    "call\t80\tdcall\tint\targs:in{at:x64 n:u8}, fd:fd\t\n"
    "call\t81\tpair\tint\tfds:out{i32 pad[4] at:x64}, flags:Open, "
    "mode:mode\t\n"
    "weather\tfine\n"
    "ioctl\t0x40087468\tTIOCGWINSZ\trows:u16 columns:u16 u16[2]\tSize.\n"
    "ioctl\t0x20006601\tFIOCLEX\t\tClose on exec.\n"
    "errno\t14\tEFAULT\tBad address\n"
    "errno\t2\tENOENT\n"
    "signal\t11\tSIGSEGV\tInvalid memory reference\n"
    "field\tOpen\t3\t0\tO_RDONLY\n"
    "field\tOpen\t3\t1\tO_WRONLY\n"
    "flag\tOpen\t0x200\tO_CREAT\n"
    "flag\tWait\t1\tWNOHANG\n";

static struct abi *parse(const char *text)
{
    char why[200] = "";
    struct abi *abi = abi_from_text(text, "tables", why, sizeof why);
    if (abi == NULL)
        fail_msg("%s", why);
    return abi;
}

static void calls_have_typed_arguments(void **state)
{
    (void)state;
    struct abi *abi = parse(tables);
    const struct abi_call *read = abi_find(abi, 5);
    assert_non_null(read);
    assert_string_equal(read->name, "read");
    assert_int_equal(read->result, ABI_SIZE);
    assert_int_equal(read->nargs, 3);
    assert_int_equal(read->arg[1].kind, ABI_OUT);
    assert_int_equal(read->arg[1].length_arg, 2);
    assert_string_equal(read->arg[2].name, "n");
    assert_string_equal(read->help, "Read bytes.");
    const struct abi_call *pipe = abi_find(abi, 12);
    assert_int_equal(pipe->arg[0].length_arg, -1);
    assert_int_equal(pipe->arg[0].length, 8);
    assert_int_equal(abi_find(abi, 26)->nargs, 0);
    assert_string_equal(abi_find(abi, 7)->arg[1].flags, "Open");
    assert_null(abi_find(abi, 99));
    assert_string_equal(abi_by_index(abi, 1)->name, "write");
    assert_int_equal(abi_find(abi, 45)->arg[1].kind, ABI_IOCTL);
    const struct abi_call *dcall = abi_find(abi, 80);
    assert_int_equal(dcall->arg[0].kind, ABI_IN);
    assert_int_equal(dcall->arg[0].length, 16);
    assert_string_equal(dcall->arg[0].format, "at:x64 n:u8");
    assert_string_equal(dcall->arg[1].name, "fd");
    const struct abi_call *pair = abi_find(abi, 81);
    assert_int_equal(pair->arg[0].kind, ABI_OUT);
    assert_int_equal(pair->arg[0].length, 16);
    assert_string_equal(pair->arg[0].format, "i32 pad[4] at:x64");
    assert_int_equal(pair->arg[2].kind, ABI_MODE);
    assert_null(abi_by_index(abi, 8));
    abi_free(abi);
}

static void errors_and_signals_have_names(void **state)
{
    (void)state;
    struct abi *abi = parse(tables);
    assert_string_equal(abi_errno_name(abi, 14), "EFAULT");
    assert_string_equal(abi_errno_help(abi, 14), "Bad address");
    assert_string_equal(abi_errno_name(abi, 2), "ENOENT");
    assert_null(abi_errno_help(abi, 2));
    assert_null(abi_errno_name(abi, 3));
    assert_string_equal(abi_signal_name(abi, 11), "SIGSEGV");
    assert_null(abi_signal_name(abi, 14));
    abi_free(abi);
}

static void flag(const struct abi *abi, uint64_t value, const char *expected)
{
    char text[64];
    abi_format_flags(abi, "Open", value, text, sizeof text);
    assert_string_equal(text, expected);
}

static void flags_read_as_their_names_and_the_rest(void **state)
{
    (void)state;
    struct abi *abi = parse(tables);
    char text[8];
    flag(abi, 0, "O_RDONLY");
    flag(abi, 0x201, "O_WRONLY|O_CREAT");
    flag(abi, 0x281, "O_WRONLY|O_CREAT|0x80");
    flag(abi, 2, "0x2"); /* no name for that value of the field */
    abi_format_flags(abi, "Wait", 0, text, sizeof text);
    assert_string_equal(text, "0");
    abi_format_flags(abi, "Open", 0x201, text, sizeof text);
    assert_string_equal(text, "O_WRONL"); /* cut, not overrun */
    abi_free(abi);
}

static void request(const struct abi *abi, uint32_t value, const char *expected)
{
    char text[80];
    assert_string_equal(abi_request_text(abi, value, text, sizeof text),
                        expected);
}

static void requests_read_as_name_and_bits(void **state)
{
    (void)state;
    struct abi *abi = parse(tables);
    request(abi, 0x40087468, "TIOCGWINSZ [IOR 't' 104 8 bytes]");
    request(abi, 0x20006601, "FIOCLEX [IO 'f' 1]");
    /* vectors of the reference */
    request(abi, 0x4004667f, "0x4004667f [IOR 'f' 127 4 bytes]");
    request(abi, 0x8004667e, "0x8004667e [IOW 'f' 126 4 bytes]");
    request(abi, 0xc0187807, "0xc0187807 [IOWR 'x' 7 24 bytes]");
    request(abi, 0x80007801, "0x80007801 [IOW 'x' 1]");
    request(abi, 0x87107801, "0x87107801 [IOW 'x' 1 1808 bytes]");
    request(abi, 0x00017801, "0x17801 [no way 'x' 1 1 byte]");
    request(abi, 0xffffffff, "0xffffffff [VOID|IN|OUT 0xff 255 8191 bytes]");
    assert_string_equal(abi_request_format(abi, 0x40087468),
                        "rows:u16 columns:u16 u16[2]");
    assert_null(abi_request_format(abi, 0x40087469));
    abi_free(abi);
}

static void fields(const char *format, size_t n, size_t size,
                   const char *expected)
{
    static const uint8_t bytes[32] = {1,    2,    3,    4,    0xff, 0xff,
                                      0xff, 0xff, 0xfe, 0xff, 0xff, 0xff,
                                      7,    0,    0,    0,    9,    9};
    char text[80];
    assert_int_equal(fields_size(format), size);
    assert_string_equal(fields_text(format, bytes, n, text, sizeof text),
                        expected);
}

static void structures_read_as_their_fields(void **state)
{
    (void)state;
    char text[8];
    fields("i32", 4, 4, "{67305985}");
    fields("a:u8 b:u16 c:u8", 6, 6, "{a=1 b=1027 c=255}"); /* at 0, 2, 4 */
    fields("a:u8 b:i32 c:x64", 16, 16, "{a=1 b=-1 c=0x7fffffffe}");
    fields("a:u8 b:u64", 8, 16, "{a=1 b=...}"); /* not all is there */
    fields("b:u8[3] u16", 6, 6, "{b=[1 2 3] 65535}");
    fields("u8[300]", 20, 300, "{[1 2 3 4 255 255 255 255 ...]}");
    fields("x32[2]", 2, 8, "{[...]}");
    fields("i64", 8, 8, "{-4227661311}");
    fields("a:u8 pad[3] b:u32 pad[2]", 12, 12, "{a=1 b=4294967295}");
    fields("pad[8] x64", 16, 16, "{0x7fffffffe}");
    fields("", 8, 0, "{}");
    static const char *const bad[] = {"u9",
                                      "a:",
                                      ":u8",
                                      "a:u8[",
                                      "u8[0]",
                                      "u8[x]",
                                      "u8[1]]",
                                      "u8,u8",
                                      "a:b:u8",
                                      "u8[99999]",
                                      "much_too_long_to_be_a_name:u8"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(fields_size(bad[i]), 0);
    assert_string_equal(
        fields_text("aa:u8 bb:u8", (const uint8_t *)"12", 2, text, 8),
        "{aa=49 ");
}

static void wrong_tables_are_refused_with_line_and_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "t:1: the first line is not SPABI1"},
        {"SPABI2\n", "t:1: the first line is not SPABI1"},
        {"SPABI1\ncall\t5\tread\n", "t:2: a call needs"},
        {"SPABI1\ncall\tfive\tread\tsize\t\t\n", "t:2: \"five\" is not a"},
        {"SPABI1\ncall\t-1\tread\tsize\t\t\n", "t:2: \"-1\" is not a number"},
        {"SPABI1\ncall\t5\t\tsize\t\t\n", "is not a name"},
        {"SPABI1\ncall\t5\tread\tspoon\t\t\n", "result type \"spoon\""},
        {"SPABI1\ncall\t5\tread\tsize\tfd\t\n", "has no \":type\""},
        {"SPABI1\ncall\t5\tread\tsize\tfd:spoon\t\n", "\"spoon\" is unknown"},
        {"SPABI1\ncall\t5\tread\tsize\tb:out[n]\t\n", "length \"n\" of \"b\""},
        {"SPABI1\ncall\t5\tread\tsize\tb:out[\t\n", "\"out[\" is unknown"},
        {"SPABI1\ncall\t5\tread\tsize\tb:out[]\t\n", "\"out[]\" is unknown"},
        {"SPABI1\ncall\t5\tr\tsize\ta:int,b:int,c:int,d:int,e:int,f:int,"
         "g:int\t\n",
         "more than 6"},
        {"SPABI1\ncall\t5\ta\tint\t\t\ncall\t5\tb\tint\t\t\n",
         "t:3: call 5 (b) is already a"},
        {"SPABI1\ncall\t5\tr\tsize\tb:in{u9}\t\n", "no list of fields"},
        {"SPABI1\ncall\t5\tr\tsize\tb:in{u8\t\n", "\"in{u8\" is unknown"},
        {"SPABI1\ncall\t5\tr\tsize\tb:on{u8}\t\n", "\"on{u8}\" is unknown"},
        {"SPABI1\ncall\t5\tr\tsize\tb:in}{\t\n", "\"in}{\" is unknown"},
        {"SPABI1\nioctl\t1\tX\n", "ioctl needs a number, a name and"},
        {"SPABI1\nioctl\t0x140087468\tX\t\n", "more than 32 bits"},
        {"SPABI1\nioctl\t0x40087468\tX\tu32\n",
         "\"u32\" has 4 bytes, the request says 8"},
        {"SPABI1\nerrno\t14\n", "t:2: errno needs a number and a name"},
        {"SPABI1\nerrno\t99999\tEBIG\n", "too large"},
        {"SPABI1\nflag\tOpen\t0\tO_NOTHING\n", "no bit"},
        {"SPABI1\nfield\tOpen\t3\t4\tO_OUT\n", "outside its mask"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char why[200] = "";
        assert_null(abi_from_text(bad[i].text, "t", why, sizeof why));
        if (strstr(why, bad[i].why) == NULL || strchr(why, '\n') != NULL)
            fail_msg("\"%s\" does not say \"%s\"", why, bad[i].why);
    }
}

static void the_tables_are_found_in_an_images_note(void **state)
{
    (void)state;
    struct elf_file e = compile_elf(
        "void _start(void) { for (;;); }",
        ".section .note.sallyport, \"\", %note\n"
        ".balign 4\n.4byte 10, 2f-1f, 1\n.asciz \"Sallyport\"\n.balign 4\n"
        "1: .ascii \"SPABI1\\ncall\\t1\\texit\\tnone\\tstatus:int\\tEnd.\\n\"\n"
        "2: .balign 4\n",
        "");
    struct symbols *s;
    char why[200] = "";
    assert_int_equal(symbols_open(e.bytes, e.n, "k.elf", &s, why, sizeof why),
                     0);
    struct abi *abi = abi_from_symbols(s, why, sizeof why);
    assert_non_null(abi);
    assert_string_equal(abi_find(abi, 1)->name, "exit");
    abi_free(abi);
    symbols_close(s);
    free(e.bytes);
}

static void results_may_be_of_a_flag_set(void **state)
{
    (void)state;
    struct abi *abi = parse("SPABI1\ncall\t90\tsend\tMach\tm:msg\tSend.\n"
                            "field\tMach\t0xffffffff\t0\tSUCCESS\n");
    const struct abi_call *send = abi_find(abi, 90);
    assert_int_equal(send->result, ABI_FLAGS);
    assert_string_equal(send->result_flags, "Mach");
    assert_int_equal(send->arg[0].kind, ABI_MSG);
    char text[32];
    abi_format_flags(abi, send->result_flags, 0, text, sizeof text);
    assert_string_equal(text, "SUCCESS");
    abi_free(abi);
}

static void a_newer_kernels_types_are_shown_raw(void **state)
{
    (void)state;
    struct elf_file e = compile_elf(
        "void _start(void) { for (;;); }",
        ".section .note.sallyport, \"\", %note\n"
        ".balign 4\n.4byte 10, 2f-1f, 1\n.asciz \"Sallyport\"\n.balign 4\n"
        "1: .ascii "
        "\"SPABI1\\ncall\\t1\\tnew\\tfuture\\ta:later,b:x[a]\\tH\\n\"\n"
        "2: .balign 4\n",
        "");
    struct symbols *s;
    char why[200] = "";
    assert_int_equal(symbols_open(e.bytes, e.n, "k.elf", &s, why, sizeof why),
                     0);
    struct abi *abi = abi_from_symbols(s, why, sizeof why);
    if (abi == NULL)
        fail_msg("%s", why);
    const struct abi_call *call = abi_find(abi, 1);
    assert_int_equal(call->result, ABI_HEX);
    assert_int_equal(call->arg[0].kind, ABI_HEX);
    assert_int_equal(call->arg[1].kind, ABI_HEX);
    abi_free(abi);
    symbols_close(s);
    free(e.bytes);
}

static void an_image_without_tables_says_so(void **state)
{
    (void)state;
    struct elf_file e =
        compile_elf("void _start(void) { for (;;); }", NULL, "");
    struct symbols *s;
    char why[200] = "";
    assert_int_equal(symbols_open(e.bytes, e.n, "k.elf", &s, why, sizeof why),
                     0);
    assert_null(abi_from_symbols(s, why, sizeof why));
    assert_string_equal(why, "k.elf: no table note (.note.sallyport)");
    symbols_close(s);
    free(e.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_have_typed_arguments),
        cmocka_unit_test(errors_and_signals_have_names),
        cmocka_unit_test(flags_read_as_their_names_and_the_rest),
        cmocka_unit_test(requests_read_as_name_and_bits),
        cmocka_unit_test(structures_read_as_their_fields),
        cmocka_unit_test(wrong_tables_are_refused_with_line_and_reason),
        cmocka_unit_test(the_tables_are_found_in_an_images_note),
        cmocka_unit_test(results_may_be_of_a_flag_set),
        cmocka_unit_test(a_newer_kernels_types_are_shown_raw),
        cmocka_unit_test(an_image_without_tables_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
