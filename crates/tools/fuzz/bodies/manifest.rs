//! Any bytes as a manifest: each row gives one id. The first byte chooses whether the rest are the
//! table or the cells of one that is written here, which then must be read back.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use arbitrary::{Result, Unstructured};
use shomei_batch::{Error, Sources};

use super::tools;

pub(crate) fn run(data: &[u8]) {
    let Some((&choice, data)) = data.split_first() else {
        return;
    };
    if choice & 1 == 0 {
        any(data);
    } else if let Ok((rows, table)) = made(&mut Unstructured::new(data)) {
        let unique: HashSet<_> = rows.iter().map(|(id, _)| id).collect();
        let sound = unique.len() == rows.len() && !unique.is_empty();
        let whole = |(id, path): &(String, PathBuf)| !id.is_empty() && !path.as_os_str().is_empty();
        let sound = sound && rows.iter().all(whole);
        match manifest(&table) {
            Ok((read, folder)) => {
                let joined = rows.iter();
                let joined = joined.map(|(id, path)| (id.clone(), folder.join(path)));
                assert!(sound && read == joined.collect::<Vec<_>>());
            }
            Err(error) => assert!(!sound, "{error:?}: {}", String::from_utf8_lossy(&table)),
        }
    }
}

fn any(table: &[u8]) {
    let rows = match manifest(table) {
        Ok((rows, _)) => rows,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(!rows.is_empty());
    let ids: HashSet<_> = rows.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), rows.len());
    assert!(rows.iter().all(|(id, _)| !id.is_empty()));
    // Without quotes a row is a line.
    let text = table.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(table);
    if !text.contains(&b'"') {
        let lines = text.split(|byte| b"\r\n".contains(byte));
        let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
        assert_eq!(rows.len() + 1, lines.len());
        let cells = |line: &[u8]| -> Vec<_> {
            let line = String::from_utf8_lossy(line);
            line.split(',').map(str::to_owned).collect()
        };
        let header = cells(lines[0]);
        let at = header
            .iter()
            .position(|name| name.trim() == "application_id");
        for ((id, _), line) in rows.iter().zip(&lines[1..]) {
            assert_eq!(Some(id), at.map(|at| cells(line)[at].clone()).as_ref());
        }
    }
}

type Rows = Vec<(String, PathBuf)>;

/// Ids and paths in that table, and the folder that it is in.
fn manifest(table: &[u8]) -> std::result::Result<(Rows, PathBuf), Error> {
    let scratch = tools::Scratch::new("manifest");
    fs::write(&scratch.0, table).unwrap();
    let sources = Sources {
        manifest: Some(scratch.0.clone()),
        ..Sources::default()
    };
    let photos = sources.gather()?;
    let rows = photos.listed().iter().map(|photo| {
        let path = photo.path().unwrap();
        (photo.id().into_owned(), path.to_owned())
    });
    Ok((rows.collect(), scratch.0.parent().unwrap().to_owned()))
}

fn row(swapped: bool, id: &str, path: &str) -> String {
    let row = if swapped { [path, id] } else { [id, path] };
    row.join(",")
}

fn made(input: &mut Unstructured<'_>) -> Result<(Rows, Vec<u8>)> {
    let mut table = Vec::new();
    if input.arbitrary()? {
        table.extend(b"\xEF\xBB\xBF");
    }
    let end: &[u8] = input.choose(&[b"\n".as_slice(), b"\r\n"])?;
    let swapped = input.arbitrary()?;
    table.extend(row(swapped, "application_id", "path").bytes());
    let mut rows = Vec::new();
    while !input.is_empty() && rows.len() < 50 {
        let (id, path) = (tools::word(input)?, tools::word(input)?);
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let (q_id, q_path) = (quoted(&id), quoted(&path));
        table.extend(end);
        table.extend(row(swapped, &q_id, &q_path).bytes());
        rows.push((id, path.into()));
    }
    if input.arbitrary()? {
        table.extend(end);
    }
    Ok((rows, table))
}
