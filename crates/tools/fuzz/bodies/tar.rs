//! Any bytes as an archive: each entry is a photo once, the same from a file as from a stream. The
//! first byte chooses whether the rest are the archive or what one that is written here holds.

use std::collections::HashSet;
use std::fs;
use std::io::Cursor;

use arbitrary::{Result, Unstructured};
use shomei::Limits;
use shomei_batch::{Error, Photos, Sources};

use super::tools;

pub(crate) fn run(data: &[u8]) {
    let Some((&choice, data)) = data.split_first() else {
        return;
    };
    if choice & 1 == 0 {
        let _entries = both(data);
        return;
    }
    let Ok((held, file)) = made(&mut Unstructured::new(data)) else {
        return;
    };
    let unique: HashSet<_> = held.iter().map(|(id, _)| id).collect();
    let twice = unique.len() < held.len();
    match both(&file) {
        Some(entries) => assert!(!twice && entries == held),
        None => assert!(twice || held.is_empty()),
    }
}

/// Id and bytes of a photo in an archive, if they are read at all.
type Entry = (String, Option<Vec<u8>>);

/// The photos up to the first error.
fn entries(photos: Photos) -> (Vec<Entry>, std::result::Result<(), Error>) {
    let mut entries = Vec::new();
    for photo in photos.read(Limits::default()).unwrap() {
        match photo {
            Ok(photo) => {
                let id = photo.id().into_owned();
                entries.push((id, photo.read(&Limits::default()).ok()));
            }
            Err(error) => return (entries, Err(error)),
        }
    }
    (entries, Ok(()))
}

/// The entries, if both ways take the archive.
fn both(file: &[u8]) -> Option<Vec<Entry>> {
    let scratch = tools::Scratch::new("tar");
    fs::write(&scratch.0, file).unwrap();
    let sources = Sources {
        archive: Some(scratch.0.clone()),
        ..Sources::default()
    };
    let listed = sources.gather().map(|photos| entries(photos).0);
    let nothing = Sources::default().gather().unwrap();
    let (entries, end) = entries(nothing.and_archive(Cursor::new(file.to_vec())));
    let ids: HashSet<_> = entries.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), entries.len());
    match listed {
        Ok(listed) => {
            assert!(!listed.is_empty());
            assert!(listed.starts_with(&entries));
            // Only a stream needs what fills up the last block.
            assert!(end.is_err() || listed.len() == entries.len());
            Some(listed)
        }
        Err(error) => {
            assert!(end.is_err() || entries.is_empty(), "{error:?}");
            None
        }
    }
}

/// The archive that is written for this input.
#[allow(dead_code, reason = "a seed of other runners")]
pub(crate) fn archive_of(data: &[u8]) -> Vec<u8> {
    made(&mut Unstructured::new(data)).map_or_else(|_| Vec::new(), |(_, file)| file)
}

fn made(input: &mut Unstructured<'_>) -> Result<(Vec<Entry>, Vec<u8>)> {
    let (mut entries, mut file) = (Vec::new(), Vec::new());
    while !input.is_empty() && entries.len() < 20 {
        let name: String = (0..input.int_in_range(1..=90)?)
            .map(|_| Ok(*input.choose(&['a', 'b', '.', '/', ' ', '%', '\n', '-', '\u{e9}'])?))
            .collect::<Result<_>>()?;
        let name = &name[..name.floor_char_boundary(99)];
        let content = tools::bytes(input, 1100)?.to_vec();
        let kind = *input.choose(b"0000\x007125L")?;
        match kind {
            // A long name for the entry behind it.
            b'L' => {
                header(&mut file, b"././@LongLink", kind, name.len());
                block(&mut file, name.as_bytes());
                header(&mut file, b"short", b'0', content.len());
                block(&mut file, &content);
            }
            b'1' | b'2' | b'5' => header(&mut file, name.as_bytes(), kind, 0),
            _ => {
                header(&mut file, name.as_bytes(), kind, content.len());
                block(&mut file, &content);
            }
        }
        let hidden = name
            .split('/')
            .any(|part| part.starts_with('.') && !matches!(part, "." | ".."));
        if kind == b'5' || name.ends_with('/') || hidden {
            continue;
        }
        let leads_out = name.starts_with('/') || name.split('/').any(|part| part == "..");
        let read = !leads_out && !matches!(kind, b'1' | b'2');
        entries.push((name.to_owned(), read.then_some(content)));
    }
    file.extend([0; 1024]);
    Ok((entries, file))
}

fn header(file: &mut Vec<u8>, name: &[u8], kind: u8, bytes: usize) {
    let mut header = [0u8; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{bytes:011o}\0").as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    file.extend(header);
}

fn block(file: &mut Vec<u8>, content: &[u8]) {
    file.extend(content);
    file.resize(file.len().next_multiple_of(512), 0);
}
