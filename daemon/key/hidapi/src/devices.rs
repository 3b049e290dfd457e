//! The devices that are plugged in.

use crate::descriptor::Usage;
use crate::device::HidDevice;
use crate::watch::{self, Trouble};
use crate::{HidError, HidResult};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{CStr, CString};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// Where the kernel lists them.
const LIST: &str = "/sys/class/hidraw";
/// The longest descriptor (`HID_MAX_DESCRIPTOR_SIZE` of the kernel), and more than it writes of a device.
const LONGEST: u64 = 8192;

/// The devices that are plugged in.
pub struct HidApi {
    devices: Vec<DeviceInfo>,
}

/// A device that is plugged in.
pub struct DeviceInfo {
    path: CString,
    usage: Usage,
    vendor: u16,
    product: u16,
    name: Option<String>,
}

impl HidApi {
    /// Lists them.
    ///
    /// # Errors
    /// None: where the kernel lists none, there are none.
    pub fn new() -> HidResult<Self> {
        let mut devices: Vec<_> = fs::read_dir(LIST)
            .into_iter()
            .flatten()
            .filter_map(|entry| DeviceInfo::of(&entry.ok()?.path()))
            .collect();
        devices.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self { devices })
    }

    /// Those that were listed.
    pub fn device_list(&self) -> impl Iterator<Item = &DeviceInfo> {
        self.devices.iter()
    }

    /// Opens one.
    ///
    /// # Errors
    /// When it cannot be opened, which is [`Trouble::NotPermitted`] where the user may not.
    pub fn open_path(&self, path: &CStr) -> HidResult<HidDevice> {
        let how = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        match rustix::fs::open(path, how, Mode::empty()) {
            Ok(file) => Ok(HidDevice::new(file)),
            Err(Errno::ACCESS | Errno::PERM) => Err(watch::report(Trouble::NotPermitted).into()),
            Err(Errno::NOENT | Errno::NODEV | Errno::NXIO) => {
                Err(watch::report(Trouble::Unplugged).into())
            }
            Err(error) => Err(HidError::Io(error.into())),
        }
    }
}

impl DeviceInfo {
    fn of(listed: &Path) -> Option<Self> {
        let name = listed.file_name()?.to_str()?;
        let device = listed.join("device");
        let usage = Usage::of(&read(&device.join("report_descriptor"))?);
        let about = read(&device.join("uevent")).unwrap_or_default();
        let about = String::from_utf8_lossy(&about);
        let value = |name: &str| about.lines().find_map(|line| line.strip_prefix(name));
        // Bus, vendor and product.
        let mut ids = value("HID_ID=").unwrap_or_default().split(':').skip(1);
        let mut id = || {
            let id = u32::from_str_radix(ids.next()?, 16).ok()?;
            u16::try_from(id).ok()
        };
        Some(Self {
            path: CString::new(format!("/dev/{name}")).ok()?,
            usage,
            vendor: id().unwrap_or(0),
            product: id().unwrap_or(0),
            name: value("HID_NAME=").map(str::to_owned),
        })
    }

    /// Where it is opened.
    pub fn path(&self) -> &CStr {
        &self.path
    }

    /// What it is for: `0xF1D0` for a security key.
    pub const fn usage_page(&self) -> u16 {
        self.usage.page
    }

    /// What of that it is.
    pub const fn usage(&self) -> u16 {
        self.usage.usage
    }

    /// Who has made it.
    pub const fn vendor_id(&self) -> u16 {
        self.vendor
    }

    /// Which of its maker's products it is.
    pub const fn product_id(&self) -> u16 {
        self.product
    }

    /// Its name, as it says itself.
    pub fn product_string(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its serial number, which is not read.
    pub const fn serial_number(&self) -> Option<&str> {
        None
    }
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let file = File::open(path).ok()?;
    file.take(LONGEST).read_to_end(&mut content).ok()?;
    Some(content)
}
