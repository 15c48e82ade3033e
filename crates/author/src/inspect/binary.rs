//! What kind of program a file is, told from its first bytes.

use model::platform::System;
use object::endian::{Endianness, LittleEndian};
use object::read::elf::FileHeader as _;
use object::read::macho::{FatArch as _, MachHeader as _, MachOFatFile32, MachOFatFile64};
use object::{FileKind, elf, macho, pe};

/// The forms of programs, and what is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Binary {
    /// A program, with what it runs on; more than one machine only where several programs are in one file.
    Program {
        format: Format,
        architectures: Vec<Architecture>,
    },
    /// A script with `#!`.
    Script,
    /// Data: a library's text, a configuration, anything that is not started.
    Other,
}

/// The systems' forms of programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Elf,
    MachO,
    Pe,
}

impl Format {
    /// The system that runs it.
    pub(crate) fn system(self) -> System {
        match self {
            Self::Elf => System::Linux,
            Self::MachO => System::Darwin,
            Self::Pe => System::Windows,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Elf => "an ELF program for Linux",
            Self::MachO => "a Mach-O program for macOS",
            Self::Pe => "a PE program for Windows",
        }
    }

    /// The form that `system` runs.
    pub(crate) fn of(system: System) -> Self {
        match system {
            System::Linux => Self::Elf,
            System::Darwin => Self::MachO,
            System::Windows => Self::Pe,
        }
    }
}

/// A processor, named as platforms name it; what is not known keeps its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Architecture(pub(crate) String);

/// Looks at the beginning of a file.
pub(crate) fn look(bytes: &[u8]) -> Binary {
    if bytes.starts_with(b"#!") {
        return Binary::Script;
    }
    let program = |format, architectures| {
        Some(Binary::Program {
            format,
            architectures,
        })
    };
    let found = match FileKind::parse(bytes) {
        Ok(FileKind::Elf32) => elf32(bytes).and_then(|found| program(Format::Elf, vec![found])),
        Ok(FileKind::Elf64) => elf64(bytes).and_then(|found| program(Format::Elf, vec![found])),
        Ok(FileKind::MachO32) => macho32(bytes).and_then(|found| program(Format::MachO, vec![found])),
        Ok(FileKind::MachO64) => macho64(bytes).and_then(|found| program(Format::MachO, vec![found])),
        Ok(FileKind::MachOFat32) => fat32(bytes).and_then(|found| program(Format::MachO, found)),
        Ok(FileKind::MachOFat64) => fat64(bytes).and_then(|found| program(Format::MachO, found)),
        Ok(FileKind::Pe32 | FileKind::Pe64) => {
            windows(bytes).and_then(|found| program(Format::Pe, vec![found]))
        }
        _ => None,
    };
    found.unwrap_or(Binary::Other)
}

fn elf32(bytes: &[u8]) -> Option<Architecture> {
    let header = elf::FileHeader32::<Endianness>::parse(bytes).ok()?;
    Some(elf_machine(header.e_machine(header.endian().ok()?)))
}

fn elf64(bytes: &[u8]) -> Option<Architecture> {
    let header = elf::FileHeader64::<Endianness>::parse(bytes).ok()?;
    Some(elf_machine(header.e_machine(header.endian().ok()?)))
}

fn elf_machine(machine: u16) -> Architecture {
    named(
        match machine {
            elf::EM_X86_64 => "amd64",
            elf::EM_AARCH64 => "arm64",
            elf::EM_386 => "386",
            elf::EM_ARM => "arm",
            elf::EM_PPC64 => "ppc64le",
            elf::EM_S390 => "s390x",
            elf::EM_RISCV => "riscv64",
            elf::EM_LOONGARCH => "loong64",
            _ => "",
        },
        machine.into(),
    )
}

fn macho32(bytes: &[u8]) -> Option<Architecture> {
    let header = macho::MachHeader32::<Endianness>::parse(bytes, 0).ok()?;
    Some(apple(header.cputype(header.endian().ok()?)))
}

fn macho64(bytes: &[u8]) -> Option<Architecture> {
    let header = macho::MachHeader64::<Endianness>::parse(bytes, 0).ok()?;
    Some(apple(header.cputype(header.endian().ok()?)))
}

/// A Java class begins as a fat file does; it has no list of machines behind that.
fn fat32(bytes: &[u8]) -> Option<Vec<Architecture>> {
    let file = MachOFatFile32::parse(bytes).ok()?;
    all(file.arches().iter().map(|found| apple(found.cputype())))
}

fn fat64(bytes: &[u8]) -> Option<Vec<Architecture>> {
    let file = MachOFatFile64::parse(bytes).ok()?;
    all(file.arches().iter().map(|found| apple(found.cputype())))
}

fn all(found: impl Iterator<Item = Architecture>) -> Option<Vec<Architecture>> {
    let found: Vec<_> = found.collect();
    (!found.is_empty()).then_some(found)
}

fn apple(cpu: u32) -> Architecture {
    named(
        match cpu {
            macho::CPU_TYPE_X86_64 => "amd64",
            macho::CPU_TYPE_ARM64 => "arm64",
            macho::CPU_TYPE_X86 => "386",
            _ => "",
        },
        cpu,
    )
}

fn windows(bytes: &[u8]) -> Option<Architecture> {
    let dos = pe::ImageDosHeader::parse(bytes).ok()?;
    let start = usize::try_from(dos.nt_headers_offset()).ok()?;
    let machine = bytes.get(start.checked_add(4)?..)?.first_chunk::<2>()?;
    let machine = object::endian::U16::<LittleEndian>::from_bytes(*machine).get(LittleEndian);
    Some(named(
        match machine {
            pe::IMAGE_FILE_MACHINE_AMD64 => "amd64",
            pe::IMAGE_FILE_MACHINE_ARM64 => "arm64",
            pe::IMAGE_FILE_MACHINE_I386 => "386",
            _ => "",
        },
        machine.into(),
    ))
}

fn named(name: &str, number: u32) -> Architecture {
    Architecture(if name.is_empty() {
        format!("machine {number:#x}")
    } else {
        name.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_is_told_from_its_first_bytes() {
        use std::io::Read as _;
        let mut head = Vec::new();
        let own = std::env::current_exe().unwrap();
        std::fs::File::open(own)
            .unwrap()
            .take(super::super::HEAD)
            .read_to_end(&mut head)
            .unwrap();
        let Binary::Program {
            format,
            architectures,
        } = look(&head)
        else {
            panic!("a program is taken for something else");
        };
        assert_eq!(
            format.system().name(),
            if cfg!(target_os = "macos") {
                "darwin"
            } else {
                std::env::consts::OS
            }
        );
        let own = if cfg!(target_arch = "x86_64") {
            "amd64"
        } else {
            "arm64"
        };
        assert_eq!(architectures, [Architecture(own.to_owned())]);
    }

    #[test]
    fn the_heads_of_other_systems_programs_are_told_apart() {
        let program = |format, names: &[&str]| Binary::Program {
            format,
            architectures: names
                .iter()
                .map(|name| Architecture((*name).to_owned()))
                .collect(),
        };
        let mut windows = b"MZ".to_vec();
        windows.resize(0x3c, 0);
        windows.extend(0x40_u32.to_le_bytes());
        windows.extend(b"PE\0\0\x64\x86");
        windows.resize(0x58, 0);
        windows.extend(0x20b_u16.to_le_bytes());
        windows.resize(512, 0);
        assert_eq!(look(&windows), program(Format::Pe, &["amd64"]));

        let mut fat = 0xcafe_babe_u32.to_be_bytes().to_vec();
        fat.extend(2_u32.to_be_bytes());
        for cpu in [0x0100_0007_u32, 0x0100_000c] {
            for number in [cpu, 0, 4096, 16, 12] {
                fat.extend(number.to_be_bytes());
            }
        }
        assert_eq!(look(&fat), program(Format::MachO, &["amd64", "arm64"]));
    }

    #[test]
    fn scripts_and_data_are_no_programs() {
        assert_eq!(look(b"#!/bin/sh\n"), Binary::Script);
        for data in [
            &b""[..],
            b"MZ",
            b"\x7fELF",
            b"key=value\n",
            b"\xca\xfe\xba\xbe\0\0\0\x34\0\x1d\x0a\0\x06",
        ] {
            assert_eq!(look(data), Binary::Other, "{data:?}");
        }
    }
}
