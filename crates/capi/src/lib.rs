//! The C interface of Shomei. It takes the bytes of a photo and returns its review as JSON.
//!
//! Make a reviewer once (it loads the networks), share it between threads, and free it at the end. A
//! bad photo is not an error: for any bytes the status is SHOMEI_STATUS_OK, and the review says what
//! is wrong with them.
//!
//! Ownership: the caller owns what a call returns. Free it with `shomei_reviewer_free` or
//! `shomei_string_free`, never with `free`. Arguments are borrowed until the call returns. Texts are
//! UTF-8 and end with a NUL byte.
//!
//! Errors: a call that fails sets its result to NULL, and `error` to a text for people, which the
//! caller frees. A call that returns SHOMEI_STATUS_OK sets `error` to NULL. `error` itself may be
//! NULL. No panic leaves the library (Rust's hook may print it). Running out of memory ends the
//! process.
//!
//! Threads: you may call every function from any thread at any time, even with the same reviewer. Free
//! a reviewer only when no call uses it any more. A review runs on the calling thread and needs less
//! than 256 KiB of its stack. There is no global state.
//!
//! Stability: functions, fields and numbers are only ever added. A struct begins with its own size,
//! which tells the library which fields the program was compiled with. A field that is zero has its
//! default: `ShomeiOptions options = {.size = sizeof options, .lang = "en"};`

mod boundary;

use std::ffi::{CString, c_char};
use std::slice;

use shomei::{Lang, Limits, Policy, ReviewOptions, Reviewer, Waivers};

use crate::boundary::{Failure, call, guarded, owned, sized, text};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ShomeiStatus {
    /// The call has a result. This says nothing about the photo: its verdict is in the JSON.
    Ok = 0,
    /// An argument is not allowed. The text names it, its value and what is allowed.
    InvalidArgument = 1,
    /// The networks cannot be loaded.
    CannotStart = 2,
    /// A bug in this library. You can continue to use it. Please report the bug.
    Internal = 3,
}

/// Reviews photos. Made by `shomei_reviewer_new`.
#[derive(Debug)]
pub struct ShomeiReviewer(Reviewer);

/// Settings of a reviewer. All but `size` may be zero.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct ShomeiConfig {
    /// `sizeof(ShomeiConfig)`.
    pub size: usize,
    /// The text of a policy file, for example `base = "japan-passport"`; NULL for the rules of the
    /// My Number Card.
    pub policy: *const c_char,
    /// The limit of the file's length in bytes; 0 for 64 MiB. A longer file is rejected.
    pub max_bytes: u64,
    /// The limit of pixels (width times height); 0 for 40 million. A larger picture is rejected before
    /// it is decoded.
    pub max_pixels: u64,
    /// The limit of scans in a progressive JPEG; 0 for 100.
    pub max_scans: u64,
}

/// Options of a single review. All but `size` may be NULL.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct ShomeiOptions {
    /// `sizeof(ShomeiOptions)`.
    pub size: usize,
    /// The `id` of the review; NULL for an empty text.
    pub id: *const c_char,
    /// Language of the texts: `ja` or `en`; NULL for `ja`.
    pub lang: *const c_char,
    /// Exceptions to record: codes separated by commas; NULL for none.
    pub waive: *const c_char,
}

/// Makes a reviewer. This takes about half a second, so do it once, not for each photo.
///
/// `config` may be NULL. On success, free `*reviewer` with `shomei_reviewer_free`. If the policy is not
/// valid, the status is SHOMEI_STATUS_INVALID_ARGUMENT and the text lists all mistakes, one on each
/// line.
///
/// # Safety
/// `config` is NULL or points to a struct whose `size` is correct and whose texts end with NUL.
/// `reviewer` and `error` are each NULL or valid for writes, and they differ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shomei_reviewer_new(
    config: *const ShomeiConfig,
    reviewer: *mut *mut ShomeiReviewer,
    error: *mut *mut c_char,
) -> ShomeiStatus {
    let make = || {
        let mut builder = Reviewer::builder();
        // SAFETY: NULL or a struct of its size, as the caller promises.
        if let Some(config) = unsafe { sized("config", config) }? {
            // SAFETY: NULL or ends with NUL, as the caller promises.
            if let Some(policy) = unsafe { text("config.policy", config.policy) }? {
                builder = builder.policy(
                    Policy::from_toml(policy)
                        .map_err(|error| Failure::argument("config.policy", error))?,
                );
            }
            let usual = Limits::default();
            builder = builder.limits(Limits {
                max_bytes: or(config.max_bytes, usual.max_bytes),
                max_pixels: or(config.max_pixels, usual.max_pixels),
                max_scans: or(
                    u32::try_from(config.max_scans).unwrap_or(u32::MAX),
                    usual.max_scans,
                ),
                // A call brings one photo; who calls counts them.
                max_held: usual.max_held,
            });
        }
        let reviewer = builder.build().map_err(|error| Failure::start(&error))?;
        Ok(Box::into_raw(Box::new(ShomeiReviewer(reviewer))))
    };
    // SAFETY: both are NULL or may be written through, as the caller promises.
    unsafe { call("reviewer", reviewer, error, make) }
}

/// Frees a reviewer; does nothing for NULL.
///
/// # Safety
/// `reviewer` is NULL, or comes from `shomei_reviewer_new`, has not been freed, and no call uses it any
/// more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shomei_reviewer_free(reviewer: *mut ShomeiReviewer) {
    if !reviewer.is_null() {
        // SAFETY: came from `Box::into_raw` and is the caller's last use.
        let reviewer = unsafe { Box::from_raw(reviewer) };
        let _ = guarded(|| {
            drop(reviewer);
            Ok(())
        });
    }
}

/// Reviews the `len` bytes of a file. Any bytes are allowed.
///
/// On success, `*json` is the review: JSON without a line break (`shomei.review/1`, see
/// `crates/verdict/schema/review.v1.json`). Free it with `shomei_string_free`. Its field `verdict` is
/// `accept`, `refer` or `reject`. `options` may be NULL. `bytes` may be NULL if `len` is 0; an empty
/// file is rejected like every other file that is not a photo. Options that are not allowed return
/// SHOMEI_STATUS_INVALID_ARGUMENT. A review takes less than a tenth of a second and some tens of
/// megabytes while it runs.
///
/// # Safety
/// `reviewer` is NULL or valid. `bytes` is NULL or points to `len` bytes that nobody changes during the
/// call. `options` is NULL or points to a struct whose `size` is correct and whose texts end with NUL.
/// `json` and `error` are each NULL or valid for writes, and they differ.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shomei_review(
    reviewer: *const ShomeiReviewer,
    bytes: *const u8,
    len: usize,
    options: *const ShomeiOptions,
    json: *mut *mut c_char,
    error: *mut *mut c_char,
) -> ShomeiStatus {
    let review = || {
        // SAFETY: NULL or alive, as the caller promises; only ever shared.
        let Some(ShomeiReviewer(reviewer)) = (unsafe { reviewer.as_ref() }) else {
            return Err(Failure::argument("reviewer", "NULL is not allowed"));
        };
        if isize::try_from(len).is_err() {
            let allowed = format!("{len} is not allowed; at most {}", isize::MAX);
            return Err(Failure::argument("len", allowed));
        }
        let bytes = match (bytes.is_null(), len) {
            (_, 0) => &[],
            (true, _) => {
                let allowed = format!("NULL is not allowed for a len of {len}; only for 0");
                return Err(Failure::argument("bytes", allowed));
            }
            // SAFETY: not NULL, as long as the caller promises, no longer than a slice may be.
            (false, _) => unsafe { slice::from_raw_parts(bytes, len) },
        };
        // SAFETY: NULL or a struct of its size, as the caller promises.
        let (id, lang, waive) = match unsafe { sized("options", options) }? {
            None => (None, None, None),
            // SAFETY: each is NULL or ends with NUL, as the caller promises.
            Some(options) => unsafe {
                (
                    text("options.id", options.id)?,
                    text("options.lang", options.lang)?,
                    text("options.waive", options.waive)?,
                )
            },
        };
        let lang = lang
            .map_or(Ok(Lang::default()), str::parse)
            .map_err(|error| Failure::argument("options.lang", error))?;
        let waivers: Waivers = waive
            .unwrap_or_default()
            .parse()
            .map_err(|error| Failure::argument("options.waive", error))?;
        let options = ReviewOptions {
            waivers,
            ..ReviewOptions::default()
        };
        let review = reviewer.review_with(bytes, &options);
        Ok(owned(review.to_json(id.unwrap_or_default(), lang)))
    };
    // SAFETY: both are NULL or may be written through, as the caller promises.
    unsafe { call("json", json, error, review) }
}

/// Frees a text that a call returned; does nothing for NULL.
///
/// # Safety
/// `text` is NULL, or a `json` or `error` of this library that has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shomei_string_free(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: came from `CString::into_raw` and is the caller's last use.
        drop(unsafe { CString::from_raw(text) });
    }
}

/// The version of the library, for example `0.1.0`. Do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn shomei_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

fn or<T: Default + PartialEq>(given: T, usual: T) -> T {
    if given == T::default() { usual } else { given }
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;
    use std::{fs, ptr};

    use super::*;

    /// Stands for a mistake in the stage that the photo ends with.
    fn mistake(stage: &str, photo: &[u8]) {
        assert!(!photo.ends_with(stage.as_bytes()), "on purpose");
    }

    #[test]
    fn a_panic_over_one_photo_costs_one_photo() {
        let path = "../../testdata/photos/accept_studio_man_01.jpg";
        let good = fs::read(path).unwrap();
        let reviewer = Reviewer::builder().before_stages(mistake).build().unwrap();
        let reviewer = ShomeiReviewer(reviewer);
        for stage in ["decode", "", "face", "", "portrait", "", "verdict", ""] {
            let photo = [&good, stage.as_bytes()].concat();
            let (mut json, mut error) = (ptr::null_mut(), ptr::null_mut());
            // SAFETY: all of it is alive, and both may be written through.
            let status = unsafe {
                shomei_review(
                    &raw const reviewer,
                    photo.as_ptr(),
                    photo.len(),
                    ptr::null(),
                    &raw mut json,
                    &raw mut error,
                )
            };
            assert_eq!((status, error.is_null()), (ShomeiStatus::Ok, true));
            // SAFETY: it was handed over, and ends with NUL.
            let text = unsafe { CStr::from_ptr(json) }.to_str().unwrap();
            assert_eq!(text.contains("\"verdict\":\"accept\""), stage.is_empty());
            let failure = format!("\"failure\":{{\"stage\":\"{stage}\"");
            assert_eq!(text.contains(&failure), !stage.is_empty(), "{text}");
            // SAFETY: it was handed over.
            unsafe { shomei_string_free(json) };
        }
    }
}
