//! A manifest: a CSV table with a photo in each row.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use csv::StringRecord;
use shomei::Policy;

use crate::error::{Cause, at};
use crate::photo::{Photo, Place, Source};
use crate::table;

/// The photos of the table. `policy` loads what its column `policy` names.
pub(crate) fn read(
    path: &Path,
    policy: impl Fn(&Path) -> Result<Policy, Cause>,
) -> Result<Vec<Photo>, Cause> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut table = table::open(path)?;
    let header = table.headers()?.clone();
    let column = |name| header.iter().position(|found| found.trim() == name);
    let (Some(id), Some(file)) = (column("application_id"), column("path")) else {
        let columns: Vec<_> = header.iter().collect();
        return Err(format!(
            "its columns are {columns:?}; needed: \"application_id\" and \"path\""
        )
        .into());
    };
    let (waive, rules) = (column("waive"), column("policy"));
    let mut policies: HashMap<String, Arc<Policy>> = HashMap::new();
    let mut photos = Vec::new();
    let mut row = StringRecord::new();
    while table.read_record(&mut row)? {
        let line = row.position().map_or(0, csv::Position::line);
        let named = || format!("line {line}");
        for (column, name) in [(id, "application_id"), (file, "path")] {
            if row[column].is_empty() {
                return Err(format!("line {line}: the {name} is empty").into());
            }
        }
        let mut photo = Photo::new(
            Place::Manifest(line),
            Source::Row {
                id: row[id].into(),
                path: folder.join(&row[file]),
            },
        );
        if let Some(waive) = waive {
            photo.waivers = table::waivers(&row[waive]).map_err(at(named()))?;
        }
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
                    let loaded = policy(&name_or_file).map_err(at(named()))?;
                    let loaded = Arc::new(loaded);
                    policies.insert(name.to_owned(), Arc::clone(&loaded));
                    loaded
                }
            });
        }
        photos.push(photo);
    }
    if photos.is_empty() {
        return Err("it names no photo".into());
    }
    Ok(photos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::chain;
    use std::fs;
    use tempfile::TempDir;

    fn load(table: impl AsRef<[u8]>) -> Result<Vec<String>, Cause> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("manifest.csv");
        fs::write(&path, table).unwrap();
        let photos = read(&path, |name| {
            Policy::named(name.to_str().unwrap()).ok_or_else(|| "no such policy".into())
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
            let message = chain(&*load(table).unwrap_err());
            assert!(message.contains(named), "{message}");
        }
    }
}
