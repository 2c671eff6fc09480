/* What is not allowed is refused with a status and a text; what is allowed is reviewed. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shomei.h"

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* What results hold before a call, to see that it sets them. */
static char before[] = "before";

/* Whether `error` holds all parts (NULL at the end of them); frees it. */
static int names(char *error, const char *const *parts)
{
    CHECK(error && error != before);
    int all = 1;
    for (; *parts; parts++) {
        if (!strstr(error, *parts)) {
            fprintf(stderr, "not in \"%s\": %s\n", error, *parts);
            all = 0;
        }
    }
    shomei_string_free(error);
    return all;
}

#define NAMES(error, ...) CHECK(names(error, (const char *const[]){__VA_ARGS__, NULL}))

static void reviewers(void)
{
    ShomeiReviewer *reviewer = (ShomeiReviewer *)before;
    char *error = before;
    CHECK(shomei_reviewer_new(NULL, NULL, &error) == SHOMEI_STATUS_INVALID_ARGUMENT);
    NAMES(error, "reviewer: NULL");
    CHECK(shomei_reviewer_new(NULL, NULL, NULL) == SHOMEI_STATUS_INVALID_ARGUMENT);

    static const struct {
        const char *policy, *key, *value, *allowed;
    } refused[] = {
        {"[turned]\nreject_abov = 12\n", "config.policy: turned.reject_abov", "unknown key",
         "reject_above"},
        {"[turned]\nrefer_above = 91\n", "config.policy: turned.refer_above", "91", "90"},
        {"base = \"iaco\"\n[blured]\n", "config.policy: base", "\"iaco\"", "\nblured"},
        {"[turned", "config.policy: not valid TOML", "", ""},
        {"name = \"\xff\"\n", "config.policy: not UTF-8", "8 bytes", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        ShomeiConfig config = {.size = sizeof config, .policy = refused[i].policy};
        reviewer = (ShomeiReviewer *)before;
        error = before;
        CHECK(shomei_reviewer_new(&config, &reviewer, &error) == SHOMEI_STATUS_INVALID_ARGUMENT);
        CHECK(!reviewer);
        NAMES(error, refused[i].key, refused[i].value, refused[i].allowed);
    }

    ShomeiConfig config = {.size = 0};
    CHECK(shomei_reviewer_new(&config, &reviewer, &error) == SHOMEI_STATUS_INVALID_ARGUMENT);
    CHECK(!reviewer);
    NAMES(error, "config.size: 0");
}

/* Reviews with these options, which are refused. */
#define REFUSED(reviewer, options, ...)                                                            \
    do {                                                                                           \
        char *json = before, *error = before;                                                      \
        CHECK(shomei_review(reviewer, (const uint8_t *)"x", 1, options, &json, &error) ==          \
              SHOMEI_STATUS_INVALID_ARGUMENT);                                                     \
        CHECK(!json);                                                                              \
        NAMES(error, __VA_ARGS__);                                                                 \
    } while (0)

static void arguments(const ShomeiReviewer *reviewer)
{
    char *json = before, *error = before;
    const uint8_t *bytes = (const uint8_t *)"no photo";
    CHECK(shomei_review(reviewer, bytes, 8, NULL, NULL, &error) == SHOMEI_STATUS_INVALID_ARGUMENT);
    NAMES(error, "json: NULL");
    CHECK(shomei_review(reviewer, NULL, 3, NULL, &json, &error) == SHOMEI_STATUS_INVALID_ARGUMENT);
    CHECK(!json);
    NAMES(error, "bytes: NULL", "3");
    json = before;
    CHECK(shomei_review(reviewer, bytes, SIZE_MAX, NULL, &json, &error) ==
          SHOMEI_STATUS_INVALID_ARGUMENT);
    CHECK(!json);
    NAMES(error, "len: ", "at most");
    json = before;
    CHECK(shomei_review(NULL, bytes, 8, NULL, &json, NULL) == SHOMEI_STATUS_INVALID_ARGUMENT);
    CHECK(!json);
    REFUSED(NULL, NULL, "reviewer: NULL");

    ShomeiOptions options = {.size = sizeof options - 1};
    REFUSED(reviewer, &options, "options.size: ");
    options = (ShomeiOptions){.size = sizeof options, .lang = "fr"};
    REFUSED(reviewer, &options, "options.lang: ", "\"fr\"", "allowed: ja", "en");
    options = (ShomeiOptions){.size = sizeof options, .waive = "turned,hat"};
    REFUSED(reviewer, &options, "options.waive: ", "\"hat\"", "head_covered");
    options = (ShomeiOptions){.size = sizeof options, .waive = "blurred"};
    REFUSED(reviewer, &options, "options.waive: ", "blurred cannot be waived", "head_covered");
    options = (ShomeiOptions){.size = sizeof options, .id = "a\xc3"};
    REFUSED(reviewer, &options, "options.id: ", "1 byte", "UTF-8");
}

/* Reviews bytes that are no photo; all of the parts (NULL at the end) are in the JSON. */
static void reviewed(const ShomeiReviewer *reviewer, const void *bytes, size_t len,
                     const ShomeiOptions *options, const char *const *parts)
{
    char *json = before, *error = before;
    CHECK(shomei_review(reviewer, bytes, len, options, &json, &error) == SHOMEI_STATUS_OK);
    CHECK(!error);
    CHECK(!strchr(json, '\n'));
    CHECK(strstr(json, "\"verdict\":\"reject\""));
    CHECK(names(json, parts));
}

#define REVIEWED(reviewer, bytes, len, options, ...)                                               \
    reviewed(reviewer, bytes, len, options, (const char *const[]){__VA_ARGS__, NULL})

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    CHECK(!strcmp(shomei_version(), argv[1]));
    shomei_string_free(NULL);
    shomei_reviewer_free(NULL);
    reviewers();

    ShomeiReviewer *usual, *other;
    char *error = before;
    CHECK(shomei_reviewer_new(NULL, &usual, &error) == SHOMEI_STATUS_OK);
    CHECK(usual && !error);
    ShomeiConfig config = {
        .size = sizeof config,
        .policy = "\xef\xbb\xbfname = \"own\"\nbase = \"icao\"\n",
        .max_bytes = 16,
    };
    CHECK(shomei_reviewer_new(&config, &other, NULL) == SHOMEI_STATUS_OK);
    arguments(usual);

    /* What was refused before has left no trace. */
    REVIEWED(usual, NULL, 0, NULL, "\"id\":\"\"", "\"not_jpeg\"", "\"my-number-card\"",
             "\xe5\x86\x99\xe7\x9c\x9f" /* 写真 */);
    ShomeiOptions options = {
        .size = sizeof options,
        .id = "\"\n\xe7\x94\xb3\xe8\xab\x8b\\",
        .lang = "en",
        .waive = "head_covered",
    };
    REVIEWED(usual, "no photo", 8, &options, "\"id\":\"\\\"\\n\xe7\x94\xb3\xe8\xab\x8b\\\\\"",
             "head_covered", "JPEG");

    /* Reviewers do not know of each other. */
    static const uint8_t jpeg[32] = {0xff, 0xd8, 0xff, 0xe0};
    REVIEWED(usual, jpeg, sizeof jpeg, NULL, "\"file_truncated\"");
    shomei_reviewer_free(usual);
    REVIEWED(other, jpeg, sizeof jpeg, NULL, "\"own\"", "\"file_size_out_of_range\"");
    shomei_reviewer_free(other);
    puts("all as it should be");
    return 0;
}
