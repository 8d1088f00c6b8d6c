/*
 * test_view_golden.c - the words of every panel in one scene, as files in
 * tests/golden/view. The canvas is so wide that nothing wraps: fonts do not
 * matter. SALLYPORT_RENEW=1 in the environment writes the files anew.
 */
#include "../../emu/view/picture.h"
#include "view/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *read_whole(const char *path)
{
    FILE *in = fopen(path, "r");
    char *text = calloc(1, 100000);
    assert_non_null(text);
    if (in) {
        assert_true(fread(text, 1, 99999, in) < 99999);
        fclose(in);
    }
    return text;
}

static void renew(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

static void compare(const char *panel, enum scene_case which, struct view *v)
{
    char path[512];
    snprintf(path, sizeof path, GOLDEN_DIR "/%s-%s.txt", panel,
             case_names[which]);
    assert_true(view_only(v, panel));
    view_frame(v, scene_of(which));
    char *text = picture_text(view_list(v));
    assert_non_null(text);
    if (getenv("SALLYPORT_RENEW"))
        renew(path, text);
    char *wanted = read_whole(path);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s differs. It says now:\n%s", path, text);
    free(wanted);
    free(text);
}

static void every_panel_says_what_it_said(void **state)
{
    (void)state;
    struct view *v = view_create();
    view_resize(v, 3200, 1400, 1);
    for (size_t i = 0; view_panel_name(i); i++)
        compare(view_panel_name(i), CASE_REFUSAL, v);
    compare("boundary", CASE_DEATH, v);
    compare("boundary", CASE_MANY, v);
    compare("boundary", CASE_BOOT, v);
    compare("user", CASE_BOOT, v);
    compare("kernel", CASE_USER, v);
    compare("crossings", CASE_PAST, v);
    compare("timeline", CASE_PAST, v);
    compare("branches", CASE_PAST, v);
    compare("breaks", CASE_PAST, v);
    compare("status", CASE_PAST, v);
    compare("console", CASE_PAST, v);
    view_destroy(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_panel_says_what_it_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
