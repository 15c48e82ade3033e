//! `outrigger completion` and `outrigger man`: what packagers install beside the binary.

use std::io;

use clap::CommandFactory as _;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::output::failure::Failure;

pub(super) fn completion(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "outrigger", &mut text);
    print(&text)
}

pub(super) fn man() -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut text)
        .map_err(|error| Failure::failed(format!("the man page cannot be made: {error}")))?;
    print(&text)
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    match io::Write::write_all(&mut io::stdout(), text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(format!(
            "standard output cannot be written: {error}"
        ))),
        _ => Ok(Exit::Done),
    }
}
