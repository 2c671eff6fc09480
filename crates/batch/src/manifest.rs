//! A manifest: a CSV table with a photo in each row.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use shomei::Policy;

use crate::codes;
use crate::error::Cause;
use crate::photo::{Photo, Place, Source};
use crate::table::Table;

/// The photos of the table. `policy` loads what its column `policy` names.
pub(crate) fn read(
    path: &Path,
    policy: impl Fn(&Path) -> Result<Policy, Cause>,
) -> Result<Vec<Photo>, Cause> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let table = Table::open(path)?;
    let (Some(id), Some(file)) = (table.column("application_id"), table.column("path")) else {
        return Err(table.lacks("\"application_id\" and \"path\""));
    };
    let (waive, rules) = (table.column("waive"), table.column("policy"));
    let mut policies: HashMap<String, Arc<Policy>> = HashMap::new();
    let mut photos = Vec::new();
    table.each(|line, row| {
        for (column, name) in [(id, "application_id"), (file, "path")] {
            if row[column].is_empty() {
                return Err(format!("the {name} is empty").into());
            }
        }
        let source = Source::Path(folder.join(&row[file]));
        let mut photo = Photo::named(Place::Manifest(line), &row[id], source);
        if let Some(waive) = waive {
            photo.waivers = codes::waivers(&row[waive])?;
        }
        if let Some(name) = rules.map(|at| &row[at]).filter(|name| !name.is_empty()) {
            if !policies.contains_key(name) {
                let name_or_file = match Policy::named(name) {
                    Some(_) => name.into(),
                    None => folder.join(name),
                };
                policies.insert(name.to_owned(), Arc::new(policy(&name_or_file)?));
            }
            photo.policy = policies.get(name).map(Arc::clone);
        }
        photos.push(photo);
        Ok(())
    })?;
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
