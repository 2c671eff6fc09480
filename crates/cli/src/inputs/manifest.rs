//! `--manifest`: a CSV table with a photo a row.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use csv::StringRecord;
use shomei::{Policy, Waivers};

use super::{Photo, Place, Source};
use crate::table::{self, Table};

/// The photos of the table. `policy` loads what stands in its column `policy`.
pub(super) fn read(path: &Path, policy: impl Fn(&Path) -> Result<Policy>) -> Result<Vec<Photo>> {
    rows(
        table::open(path)?,
        path.parent().unwrap_or(Path::new("")),
        policy,
    )
}

/// The photos of a table that lies in `folder`.
pub(crate) fn rows<R: Read>(
    mut table: Table<R>,
    folder: &Path,
    policy: impl Fn(&Path) -> Result<Policy>,
) -> Result<Vec<Photo>> {
    let header = table.headers()?.clone();
    let column = |name| header.iter().position(|found| found.trim() == name);
    let (Some(id), Some(file)) = (column("application_id"), column("path")) else {
        let columns: Vec<_> = header.iter().collect();
        bail!("its columns are {columns:?}; needed: \"application_id\" and \"path\"");
    };
    let (waive, rules) = (column("waive"), column("policy"));
    let mut policies: HashMap<String, Arc<Policy>> = HashMap::new();
    let mut photos = Vec::new();
    let mut row = StringRecord::new();
    while table.read_record(&mut row)? {
        let line = row.position().map_or(0, csv::Position::line);
        let named = || format!("line {line}");
        ensure!(
            !row[id].is_empty(),
            "line {line}: the application_id is empty"
        );
        ensure!(!row[file].is_empty(), "line {line}: the path is empty");
        let mut photo = Photo::new(
            Place::Manifest(line),
            Source::Row {
                id: row[id].into(),
                path: folder.join(&row[file]),
            },
        );
        photo.waivers = match waive {
            Some(waive) => table::waivers(&row[waive]).with_context(named)?,
            None => Waivers::default(),
        };
        if let Some(name) = rules
            .map(|rules| &row[rules])
            .filter(|name| !name.is_empty())
        {
            photo.policy = Some(match policies.get(name) {
                Some(known) => Arc::clone(known),
                None => {
                    let name_or_file = if Policy::named(name).is_some() {
                        name.into()
                    } else {
                        folder.join(name)
                    };
                    let loaded = Arc::new(policy(&name_or_file).with_context(named)?);
                    policies.insert(name.to_owned(), Arc::clone(&loaded));
                    loaded
                }
            });
        }
        photos.push(photo);
    }
    ensure!(!photos.is_empty(), "it names no photo");
    Ok(photos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    fn load(table: impl AsRef<[u8]>) -> Result<Vec<String>> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("manifest.csv");
        fs::write(&path, table).unwrap();
        let photos = read(&path, |name| {
            Policy::named(name.to_str().unwrap()).context("no such policy")
        })?;
        Ok(photos
            .iter()
            .map(|photo| {
                let file = photo.path().unwrap().strip_prefix(folder.path()).unwrap();
                let waived: Vec<_> = photo.waivers.iter().map(|code| code.as_str()).collect();
                let policy = photo.policy.as_ref().map_or("", |policy| policy.name());
                format!("{} {} {waived:?} {policy}", photo.id(), file.display())
            })
            .collect())
    }

    #[test]
    fn rows_are_photos_with_their_own_exceptions_and_rules() {
        let table = "\u{feff}path,note,application_id,waive,policy\n\
            \"in/a,1.jpg\",x,A-1,turned;tilted,icao\nb.jpg,,A-2,,\n";
        assert_eq!(
            load(table).unwrap(),
            [
                "A-1 in/a,1.jpg [\"turned\", \"tilted\"] icao",
                "A-2 b.jpg [] "
            ]
        );
        assert_eq!(
            load("application_id,path\nA,a.jpg\n").unwrap(),
            ["A a.jpg [] "]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (table, named) in [
            (b"id,path\nA,a.jpg\n".as_slice(), "\"application_id\""),
            (b"application_id,path\nA,a.jpg\nB,\xff.jpg\n", "line 3"),
            (b"application_id,path\nA,a.jpg\nB\n", "line: 3"),
            (
                b"application_id,path\n,a.jpg\n",
                "line 2: the application_id",
            ),
            (b"application_id,path\nA,\n", "line 2: the path is empty"),
            (
                b"application_id,path,waive\nA,a,blurred\n",
                "line 2: blurred",
            ),
            (
                b"application_id,path,policy\nA,a,none\n",
                "line 2: no such policy",
            ),
            (b"application_id,path\n", "names no photo"),
        ] {
            let message = format!("{:#}", load(table).unwrap_err());
            assert!(message.contains(named), "{message}");
        }
    }
}
