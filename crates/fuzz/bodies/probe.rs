//! Any bytes: `probe` neither panics nor contradicts itself.

use shomei_jpeg::{Header, probe};

pub(crate) fn run(data: &[u8]) {
    let Ok(found) = probe(data) else {
        assert!(Header::read(data).is_err());
        return;
    };
    let (header, extent) = (&found.header, &found.extent);
    assert_eq!(Header::read(data).as_ref(), Ok(header));
    assert!(header.width > 0 && header.height > 0);
    assert!(header.frame_offset < header.scan_offset && header.scan_offset < data.len());
    assert!(
        extent
            .end
            .is_none_or(|end| end + 2 + extent.trailing == data.len())
    );
    if let Some(exif) = &header.exif {
        assert!(data.get(exif.range.clone()).is_some());
    }
    if let Some(icc) = &header.icc {
        assert!(icc.profile(data).is_some() == icc.complete);
    }
}
