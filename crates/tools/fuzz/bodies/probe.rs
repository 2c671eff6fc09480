//! Any bytes: opening them neither panics nor contradicts itself.

use shomei_jpeg::{File, Limits};

pub(crate) fn run(data: &[u8]) {
    let Ok(file) = File::open(data, &Limits::default()) else {
        return;
    };
    let (header, extent) = (file.header(), file.extent());
    assert!(header.width > 0 && header.height > 0);
    assert!(header.frame_offset < header.scan_offset && header.scan_offset < data.len());
    assert!(
        extent
            .end
            .is_none_or(|end| end + 2 + extent.trailing == data.len())
    );
    assert!(
        file.damage()
            .iter()
            .all(|damage| damage.is_harmless() && damage.offset < header.scan_offset)
    );
    if let Some(icc) = file.icc() {
        assert!(icc.profile().is_some() == icc.complete);
    }
}
