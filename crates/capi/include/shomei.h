/*
 * The C interface of Shomei: the bytes of a photo in, its review as JSON out.
 *
 * Make a reviewer once (it loads the networks), share it between threads, free it at the end. A
 * bad photo is not an error: whatever the bytes are, the review says what is wrong with them, and
 * the status is SHOMEI_STATUS_OK.
 *
 * Ownership: what a call hands over is the caller's, and goes back by `shomei_reviewer_free` or
 * `shomei_string_free`, never by `free`. Arguments are only borrowed until the call returns.
 * Texts are UTF-8 and end with a NUL byte.
 *
 * Errors: a call that does not return SHOMEI_STATUS_OK sets its result to NULL and `error`, unless
 * that is NULL, to a text for people, which the caller frees. A call that does sets `error` to
 * NULL. No panic leaves the library (Rust's hook may print it); running out of memory ends the
 * process.
 *
 * Threads: all functions may be called from any thread at any time, also with the same reviewer;
 * only freeing it must wait until no call uses it any more. A review runs on the calling thread,
 * of whose stack it needs less than 256 KiB. There is no global state.
 *
 * Stability: functions, fields and numbers are only added. A struct begins with its own size, by
 * which the library knows which fields the program was compiled with, and a field that is zero is
 * at its default: `ShomeiOptions options = {.size = sizeof options, .lang = "en"};`
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
   * The result is there. Says nothing about the photo: its verdict is in the JSON.
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
   * A mistake of this library, which may be used further. Please report it.
   */
  SHOMEI_STATUS_INTERNAL = 3,
} ShomeiStatus;

/**
 * Reviews photos; made by `shomei_reviewer_new`.
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
   * The longest file that is read, in bytes; 0 for 64 MiB. A longer one is rejected.
   */
  uint64_t max_bytes;
  /**
   * The most pixels (width times height) that are decoded; 0 for 40 million. A larger picture is
   * rejected by its header.
   */
  uint64_t max_pixels;
  /**
   * The most scans of a progressive JPEG that are decoded; 0 for 100.
   */
  uint64_t max_scans;
} ShomeiConfig;

/**
 * What differs from photo to photo. All but `size` may be NULL.
 */
typedef struct ShomeiOptions {
  /**
   * `sizeof(ShomeiOptions)`.
   */
  size_t size;
  /**
   * What the review is to be called, as its `id`; NULL for the empty text.
   */
  const char *id;
  /**
   * Language of the texts: `ja` or `en`; NULL for `ja`.
   */
  const char *lang;
  /**
   * Exceptions that the applicant declared: codes with commas between them. NULL for none.
   */
  const char *waive;
} ShomeiOptions;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Makes a reviewer, which takes about half a second: once for a process, not for each photo.
 *
 * `config` may be NULL. On success `*reviewer` is to be freed by `shomei_reviewer_free`. Returns
 * SHOMEI_STATUS_INVALID_ARGUMENT for a policy that cannot be used, with all that is wrong in it,
 * a line each.
 *
 * # Safety
 * `config` is NULL or points to a struct whose `size` is true and whose texts end with NUL.
 * `reviewer` and `error` are NULL or may be written through, and differ.
 */
enum ShomeiStatus shomei_reviewer_new(const struct ShomeiConfig *config,
                                      struct ShomeiReviewer **reviewer,
                                      char **error);

/**
 * Frees a reviewer; does nothing for NULL.
 *
 * # Safety
 * `reviewer` is NULL or comes from `shomei_reviewer_new`, was not freed yet, and no call uses it
 * any more.
 */
void shomei_reviewer_free(struct ShomeiReviewer *reviewer);

/**
 * Reviews the `len` bytes of a file, whatever they are.
 *
 * On success `*json` is the review, one line of JSON without a line break (`shomei.review/1`, see
 * `crates/verdict/schema/review.v1.json`), to be freed by `shomei_string_free`. The verdict is its
 * `verdict`: `accept`, `refer` or `reject`. `options` may be NULL, and so may `bytes` if `len` is
 * 0: an empty file is rejected like any other that is no photo. Returns
 * SHOMEI_STATUS_INVALID_ARGUMENT for options that are not allowed. Takes less than a tenth
 * of a second, and some tens of megabytes while it runs.
 *
 * # Safety
 * `reviewer` is NULL or alive. `bytes` is NULL or points to `len` bytes that nobody changes
 * meanwhile. `options` is NULL or points to a struct whose `size` is true and whose texts end with
 * NUL. `json` and `error` are NULL or may be written through, and differ.
 */
enum ShomeiStatus shomei_review(const struct ShomeiReviewer *reviewer,
                                const uint8_t *bytes,
                                size_t len,
                                const struct ShomeiOptions *options,
                                char **json,
                                char **error);

/**
 * Frees a text that a call handed over; does nothing for NULL.
 *
 * # Safety
 * `text` is NULL or a `json` or `error` of this library that was not freed yet.
 */
void shomei_string_free(char *text);

/**
 * The version of the library, for example `0.1.0`. Not to be freed.
 */
const char *shomei_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SHOMEI_H */
