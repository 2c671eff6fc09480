/*
 * The C interface of Shomei. It takes the bytes of a photo and returns its review as JSON.
 *
 * Make a reviewer once (it loads the networks), share it between threads, and free it at the end. A
 * bad photo is not an error: for any bytes the status is SHOMEI_STATUS_OK, and the review says what
 * is wrong with them.
 *
 * Ownership: the caller owns what a call returns. Free it with `shomei_reviewer_free` or
 * `shomei_string_free`, never with `free`. Arguments are borrowed until the call returns. Texts are
 * UTF-8 and end with a NUL byte.
 *
 * Errors: a call that fails sets its result to NULL, and `error` to a text for people, which the
 * caller frees. A call that returns SHOMEI_STATUS_OK sets `error` to NULL. `error` itself may be
 * NULL. No panic leaves the library (Rust's hook may print it). Running out of memory ends the
 * process.
 *
 * Threads: you may call every function from any thread at any time, even with the same reviewer. Free
 * a reviewer only when no call uses it any more. A review runs on the calling thread and needs less
 * than 256 KiB of its stack. There is no global state.
 *
 * Stability: functions, fields and numbers are only ever added. A struct begins with its own size,
 * which tells the library which fields the program was compiled with. A field that is zero has its
 * default: `ShomeiOptions options = {.size = sizeof options, .lang = "en"};`
 */

/* Generated from src/lib.rs by tests/c_header.rs. */

#ifndef SHOMEI_H
#define SHOMEI_H

#include <stddef.h>
#include <stdint.h>

/**
 * How a call ended.
 */
typedef enum ShomeiStatus {
  /**
   * The call has a result. This says nothing about the photo: its verdict is in the JSON.
   */
  SHOMEI_STATUS_OK = 0,
  /**
   * An argument is not allowed. The text names it, its value and what is allowed.
   */
  SHOMEI_STATUS_INVALID_ARGUMENT = 1,
  /**
   * The networks cannot be loaded.
   */
  SHOMEI_STATUS_CANNOT_START = 2,
  /**
   * A bug in this library. You can continue to use it. Please report the bug.
   */
  SHOMEI_STATUS_INTERNAL = 3,
} ShomeiStatus;

/**
 * Reviews photos. Made by `shomei_reviewer_new`.
 */
typedef struct ShomeiReviewer ShomeiReviewer;

/**
 * Settings of a reviewer. All but `size` may be zero.
 */
typedef struct ShomeiConfig {
  /**
   * `sizeof(ShomeiConfig)`.
   */
  size_t size;
  /**
   * The text of a policy file, for example `base = "japan-passport"`; NULL for the rules of the
   * My Number Card.
   */
  const char *policy;
  /**
   * The limit of the file's length in bytes; 0 for 64 MiB. A longer file is rejected.
   */
  uint64_t max_bytes;
  /**
   * The limit of pixels (width times height); 0 for 40 million. A larger picture is rejected before
   * it is decoded.
   */
  uint64_t max_pixels;
  /**
   * The limit of scans in a progressive JPEG; 0 for 100.
   */
  uint64_t max_scans;
} ShomeiConfig;

/**
 * Options of a single review. All but `size` may be NULL.
 */
typedef struct ShomeiOptions {
  /**
   * `sizeof(ShomeiOptions)`.
   */
  size_t size;
  /**
   * The `id` of the review; NULL for an empty text.
   */
  const char *id;
  /**
   * Language of the texts: `ja` or `en`; NULL for `ja`.
   */
  const char *lang;
  /**
   * Exceptions to record: codes separated by commas; NULL for none.
   */
  const char *waive;
} ShomeiOptions;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes a reviewer. This takes about half a second, so do it once, not for each photo.
 *
 * `config` may be NULL. On success, free `*reviewer` with `shomei_reviewer_free`. If the policy is not
 * valid, the status is SHOMEI_STATUS_INVALID_ARGUMENT and the text lists all mistakes, one on each
 * line.
 *
 * # Safety
 * `config` is NULL or points to a struct whose `size` is correct and whose texts end with NUL.
 * `reviewer` and `error` are each NULL or valid for writes, and they differ.
 */
enum ShomeiStatus shomei_reviewer_new(const struct ShomeiConfig *config,
                                      struct ShomeiReviewer **reviewer,
                                      char **error);

/**
 * Frees a reviewer; does nothing for NULL.
 *
 * # Safety
 * `reviewer` is NULL, or comes from `shomei_reviewer_new`, has not been freed, and no call uses it any
 * more.
 */
void shomei_reviewer_free(struct ShomeiReviewer *reviewer);

/**
 * Reviews the `len` bytes of a file. Any bytes are allowed.
 *
 * On success, `*json` is the review: JSON without a line break (`shomei.review/1`, see
 * `crates/verdict/schema/review.v1.json`). Free it with `shomei_string_free`. Its field `verdict` is
 * `accept`, `refer` or `reject`. `options` may be NULL. `bytes` may be NULL if `len` is 0; an empty
 * file is rejected like every other file that is not a photo. Options that are not allowed return
 * SHOMEI_STATUS_INVALID_ARGUMENT. A review takes less than a tenth of a second and some tens of
 * megabytes while it runs.
 *
 * # Safety
 * `reviewer` is NULL or valid. `bytes` is NULL or points to `len` bytes that nobody changes during the
 * call. `options` is NULL or points to a struct whose `size` is correct and whose texts end with NUL.
 * `json` and `error` are each NULL or valid for writes, and they differ.
 */
enum ShomeiStatus shomei_review(const struct ShomeiReviewer *reviewer,
                                const uint8_t *bytes,
                                size_t len,
                                const struct ShomeiOptions *options,
                                char **json,
                                char **error);

/**
 * Frees a text that a call returned; does nothing for NULL.
 *
 * # Safety
 * `text` is NULL, or a `json` or `error` of this library that has not been freed.
 */
void shomei_string_free(char *text);

/**
 * The version of the library, for example `0.1.0`. Do not free it.
 */
const char *shomei_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SHOMEI_H */
