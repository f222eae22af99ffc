/*
 * Points as CSV, JSON and JSON lines; errors as JSON; files that are complete or not there.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/stats/columns.h"
#include "sim/stats/export.h"
#include "sim/stats/file_replace.h"
#include "sim/stats/manifest.h"
#include "tests/harness/check.h"
#include "tests/harness/sample_result.h"

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(value != NULL, "not JSON: %s (line %d) in %s", error.text, error.line, text);
    return value;
}

START_TEST(csv_of_one_point)
{
    g_autoptr(IvcResult) result = sample_result_new();
    json_t *points = json_array();
    json_array_append_new(points, ivc_point_json(result));
    g_autofree char *csv = ivc_export_csv(points);
    ck_assert_str_eq(
        csv,
        "scenario,channel,mechanism,workload,profile,mode,ranks,message_bytes,messages,"
        "messages_asked,capped,bytes,elapsed_ps,setup_ps,warmup_ps,bandwidth_bytes_per_s,"
        "messages_per_s,latency_min_ps,latency_mean_ps,latency_p50_ps,latency_p99_ps,"
        "latency_max_ps,cpu_running_share.tx,cpu_running_share.rx,cpu_waiting_share.tx,"
        "cpu_waiting_share.rx,cpu_blocked_share.tx,cpu_blocked_share.rx,cpu_idle_share.tx,"
        "cpu_idle_share.rx,cpu_spinning_share.tx,cpu_spinning_share.rx,cpu_jain_index,"
        "cycles_per_byte,stage.tx.shm-ring.copy-in.cycles_per_byte,"
        "stage.tx.shm-ring.poll.cycles_per_byte,stage.rx.shm-ring.copy-out.cycles_per_byte,"
        "core.0.running_ps,core.0.waiting_ps,core.0.blocked_ps,core.0.idle_ps,"
        "core.3.running_ps,core.3.waiting_ps,core.3.blocked_ps,core.3.idle_ps,"
        "count.interrupts,count.copied_bytes,count_per_mb.interrupts,clock_hz,events,parameters,"
        "parameters_assumed,"
        "parameters_calibrated,seed,hash,digest\n"
        "sample,ring,shm-ring,stream,\"chip, \"\"big\"\"\",partitioned,2,4096,1000,4000,true,"
        "4096000,2000000000,1000,2000,2048000000,500000,5000,5040,5055,5055,9000,0.75,0.25,0,0,"
        "0.2,0.75,0.05,0,0.25,0,0.8,0.390625,0.1953125,0.09765625,0.09765625,1500000000,0,"
        "400000000,100000000,500000000,0,1500000000,0,17,8192000,4.15,800000000,12000,70,20,1,42,"
        "00ff,"
        "abcd\n");
    json_decref(points);
}
END_TEST

/* The union of columns, families together, own keys last, empty fields where there is nothing. */
START_TEST(csv_of_different_points)
{
    json_t *points =
        parse("[{\"channel\": \"a\", \"seed\": 1, \"counts\": {\"x\": 1, \"z\": 3}},"
              " {\"status\": \"failed\", \"channel\": \"b\", \"counts\": {\"y\": 2},"
              "  \"error\": \"two\\nlines\", \"axes\": {\"workload.message\": \"8B\"}},"
              " {\"channel\": null, \"capped\": false, \"messages_per_s\": 1.5e-7}]");
    g_autofree char *csv = ivc_export_csv(points);
    ck_assert_str_eq(csv, "channel,capped,messages_per_s,count.x,count.z,count.y,seed,status,error,"
                          "axes.workload.message\n"
                          "a,,,1,3,,1,,,\n"
                          "b,,,,,2,,failed,\"two\nlines\",8B\n"
                          ",false,1.5e-07,,,,,,,\n");
    json_decref(points);
}
END_TEST

START_TEST(csv_of_no_points)
{
    json_t *points = json_array();
    g_autofree char *csv = ivc_export_csv(points);
    ck_assert_str_eq(csv, "\n");
    json_decref(points);
}
END_TEST

START_TEST(json_document)
{
    json_t *manifest = ivc_manifest_json(&(IvcManifest){
        .version = "1.2.3", .scenario = "s", .file = "bad \xff name", .seed = 7, .parameters = 3});
    json_t *points = parse("[{\"channel\": \"a\"}, {\"channel\": \"b\", \"x\": 0.93}]");
    g_autofree char *text = ivc_export_json("ok", manifest, points);
    ck_assert_str_eq(
        text, "{\n"
              "  \"schema\": \"ivcsim-result/1\",\n"
              "  \"status\": \"ok\",\n"
              "  \"manifest\": {\"version\": \"1.2.3\", \"scenario\": \"s\", \"file\": \"bad "
              "\xef\xbf\xbd name\", \"seed\": 7, \"parameters\": 3, "
              "\"parameters_assumed\": 0, \"parameters_calibrated\": 0},\n"
              "  \"points\": [\n"
              "    {\"channel\": \"a\"},\n"
              "    {\"channel\": \"b\", \"x\": 0.93}\n"
              "  ]\n"
              "}\n");
    json_decref(parse(text));
    g_autofree char *lines = ivc_export_jsonl(points);
    ck_assert_str_eq(lines, "{\"channel\": \"a\"}\n{\"channel\": \"b\", \"x\": 0.93}\n");
    json_t *nothing = json_array();
    g_autofree char *empty = ivc_export_json("ok", manifest, nothing);
    json_decref(parse(empty));
    json_decref(nothing);
    json_decref(points);
    json_decref(manifest);
}
END_TEST

START_TEST(json_of_the_sample_keeps_every_number)
{
    g_autoptr(IvcResult) result = sample_result_new();
    json_t *point = ivc_point_json(result);
    g_autofree char *line = ivc_export_line(point);
    ck_assert_ptr_null(strchr(line, '\n'));
    json_t *back = parse(line);
    ck_assert_int_eq(json_equal(point, back), 1);
    json_decref(back);
    json_decref(point);
}
END_TEST

START_TEST(error_document)
{
    g_autofree char *text = ivc_export_error("io", "cannot read 'a\xff\"'", 5, NULL);
    ck_assert_str_eq(text, "{\"schema\": \"ivcsim-result/1\", \"status\": \"error\", \"error\": "
                           "{\"code\": \"io\", \"message\": \"cannot read 'a\xef\xbf\xbd\\\"'\"}, "
                           "\"exit_status\": 5}\n");
}
END_TEST

/* A comma as decimal point of the locale must not get into data. */
START_TEST(numbers_ignore_the_locale)
{
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL)
        setlocale(LC_NUMERIC, "C.UTF-8");
    g_autoptr(GString) text = g_string_new(NULL);
    ivc_export_real(text, 0.1);
    g_string_append_c(text, ' ');
    ivc_export_real(text, 1e22);
    ck_assert_str_eq(text->str, "0.1 1e+22");
    setlocale(LC_NUMERIC, "C");
}
END_TEST

static char *make_folder(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("ivcsim-test-XXXXXX", &error);
    ck_assert_ptr_nonnull(folder);
    return folder;
}

static unsigned count_files(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    unsigned n = 0;
    while (g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

START_TEST(file_is_replaced)
{
    g_autofree char *folder = make_folder();
    g_autofree char *path = g_build_filename(folder, "out.csv", NULL);
    g_autofree char *link = g_build_filename(folder, "link.csv", NULL);
    g_autoptr(GError) error = NULL;
    ck_assert(ivc_file_replace(path, "one", 3, &error));
    ck_assert_int_eq(symlink(path, link), 0);
    ck_assert(ivc_file_replace(link, "second", 6, &error));
    ck_assert(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_autofree char *text = NULL;
    ck_assert(g_file_get_contents(path, &text, NULL, NULL));
    ck_assert_str_eq(text, "second");
    ck_assert_uint_eq(count_files(folder), 2);
    g_unlink(link);
    g_unlink(path);
    g_rmdir(folder);
}
END_TEST

START_TEST(file_that_cannot_be_written)
{
    g_autoptr(GError) error = NULL;
    ck_assert(!ivc_file_replace("/nonexistent/out.csv", "x", 1, &error));
    ck_assert_str_eq(error->message,
                     "cannot write '/nonexistent/out.csv': No such file or directory");
    g_clear_error(&error);
    ck_assert(!ivc_file_replace("/", "x", 1, &error));
    ck_assert_str_eq(error->message, "cannot write '/': Is a directory");
    g_clear_error(&error);
    ck_assert(!ivc_file_replace("/dev/full", "x", 1, &error));
    ck_assert_str_eq(error->message, "cannot write '/dev/full': No space left on device");
    struct stat status;
    ck_assert_int_eq(stat("/dev/full", &status), 0);
    ck_assert(S_ISCHR(status.st_mode));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("export");
    TCase *tcase = tcase_create("export");
    tcase_add_test(tcase, csv_of_one_point);
    tcase_add_test(tcase, csv_of_different_points);
    tcase_add_test(tcase, csv_of_no_points);
    tcase_add_test(tcase, json_document);
    tcase_add_test(tcase, json_of_the_sample_keeps_every_number);
    tcase_add_test(tcase, error_document);
    tcase_add_test(tcase, numbers_ignore_the_locale);
    tcase_add_test(tcase, file_is_replaced);
    tcase_add_test(tcase, file_that_cannot_be_written);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
