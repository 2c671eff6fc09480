/* Reviews photos and prints one line of JSON for each, in the order of the arguments.
 *
 *   review [-j THREADS] [-l ja|en] [-w CODE,...] PHOTO...
 *
 * The id of a review is the path as given. Exit status: 0 if all were reviewed, whatever the
 * verdicts; 1 if a file could not be read or reviewed; 2 for wrong usage. */

#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "shomei.h"

enum { MAX_THREADS = 256 };

/* What all threads work on. Each takes the next photo and writes only its own line. */
struct work {
    const ShomeiReviewer *reviewer;
    ShomeiOptions options;
    char *const *paths;
    size_t count;
    atomic_size_t next;
    char **lines;
};

/* The bytes of a file, to be freed; NULL if it cannot be read. */
static uint8_t *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    size_t room = 1 << 16, used = 0;
    uint8_t *bytes = malloc(room);
    while (bytes && !feof(file) && !ferror(file)) {
        if (used == room) {
            uint8_t *more = realloc(bytes, room *= 2);
            if (!more)
                free(bytes);
            bytes = more;
            continue;
        }
        used += fread(bytes + used, 1, room - used, file);
    }
    if (bytes && ferror(file)) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    *len = used;
    return bytes;
}

static void *run(void *shared)
{
    struct work *work = shared;
    for (;;) {
        size_t i = atomic_fetch_add(&work->next, 1);
        if (i >= work->count)
            return NULL;
        size_t len;
        uint8_t *bytes = read_file(work->paths[i], &len);
        if (!bytes) {
            perror(work->paths[i]);
            continue;
        }
        ShomeiOptions options = work->options;
        options.id = work->paths[i];
        char *error;
        if (shomei_review(work->reviewer, bytes, len, &options, &work->lines[i], &error)) {
            fprintf(stderr, "%s: %s\n", work->paths[i], error);
            shomei_string_free(error);
        }
        free(bytes);
    }
}

int main(int argc, char **argv)
{
    ShomeiOptions options = {.size = sizeof options};
    int threads = 1, option;
    while ((option = getopt(argc, argv, "j:l:w:")) != -1) {
        if (option == 'j')
            threads = atoi(optarg);
        else if (option == 'l')
            options.lang = optarg;
        else if (option == 'w')
            options.waive = optarg;
        else
            return 2;
    }
    if (threads < 1 || threads > MAX_THREADS || optind == argc) {
        fprintf(stderr, "usage: %s [-j 1..%d] [-l ja|en] [-w CODE,...] PHOTO...\n", argv[0],
                MAX_THREADS);
        return 2;
    }

    ShomeiReviewer *reviewer;
    char *error;
    if (shomei_reviewer_new(NULL, &reviewer, &error)) {
        fprintf(stderr, "%s\n", error);
        shomei_string_free(error);
        return 1;
    }

    struct work work = {
        .reviewer = reviewer,
        .options = options,
        .paths = argv + optind,
        .count = (size_t)(argc - optind),
    };
    work.lines = calloc(work.count, sizeof *work.lines);
    if (!work.lines)
        return 1;
    pthread_t others[MAX_THREADS];
    int started = 0;
    while (started < threads - 1 && !pthread_create(&others[started], NULL, run, &work))
        started++;
    run(&work);
    while (started > 0)
        pthread_join(others[--started], NULL);

    int status = 0;
    for (size_t i = 0; i < work.count; i++) {
        if (work.lines[i])
            puts(work.lines[i]);
        else
            status = 1;
        shomei_string_free(work.lines[i]);
    }
    free(work.lines);
    shomei_reviewer_free(reviewer);
    return status;
}
