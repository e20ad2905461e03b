/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include <cmocka.h>

#include "base/mem.h"

static void
memory_is_zeroed(void **state)
{
    static const uint8_t zeroes[300];
    uint8_t *memory = xcalloc(3, 100);

    (void)state;
    assert_memory_equal(memory, zeroes, sizeof(zeroes));
    free(memory);
}

static void
nothing_is_still_an_object(void **state)
{
    void *memory = xcalloc(0, 100);

    (void)state;
    assert_non_null(memory);
    free(memory);
}

static void
copy_of_text_is_equal(void **state)
{
    char *copy = xstrdup("console");

    (void)state;
    assert_string_equal(copy, "console");
    free(copy);
}

static void
size_that_overflows_ends_the_process_with_failure(void **state)
{
    /* Volatile, or the compiler sees what it would warn about. */
    volatile size_t count = SIZE_MAX / 2;
    int status = 0;

    (void)state;
    pid_t child = fork();
    if (child == 0) {
        (void)close(STDERR_FILENO); /* the sanitizers have much to say */
        free(xcalloc(count, 4));
        _exit(EXIT_SUCCESS);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != EXIT_SUCCESS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed),
        cmocka_unit_test(nothing_is_still_an_object),
        cmocka_unit_test(copy_of_text_is_equal),
        cmocka_unit_test(size_that_overflows_ends_the_process_with_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
