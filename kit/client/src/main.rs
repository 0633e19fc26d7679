//! Asks a KMS what AWS KMS is known to answer, and compares.

mod args;
mod ask;
mod differences;
mod fault;
mod html;
mod markdown;
mod principals;
mod results;
mod signed;
mod state;
mod terminal;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use args::{Arguments, Command, Only, RunArguments};
use ask::Asked;
use clap::Parser as _;
use fault::Fault;
use kit::{Book, Verdict};
use results::Results;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(fault) => {
            // Nothing is left to do if standard error is closed.
            let _closed = writeln!(std::io::stderr(), "kms-kit: {fault}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Fault> {
    let book = Book::read().map_err(Fault::new)?;
    let run = arguments.run;
    match arguments.command {
        Some(Command::Record { run, out }) => {
            let asked = ask::ask(&book, &run, true)?;
            asked.results.write(&out)?;
            report(&book, &run, &asked.results)?;
            terminal::say(format_args!(
                "\nThe answers are in {}. CONTRIBUTING.md says where to send them.",
                out.display()
            ))?;
            Ok(code(&asked))
        }
        Some(Command::Report {
            results,
            html,
            markdown,
        }) => {
            let read: Result<Vec<Results>, Fault> =
                results.iter().map(|path| Results::read(path)).collect();
            let read = read?;
            if html.is_none() && markdown.is_none() {
                read.iter().try_for_each(|results| {
                    terminal::say(format_args!("\n{}", results.title()))?;
                    terminal::summary(&book, results)
                })?;
            }
            write(html.as_deref(), || html::page(&book, &read))?;
            if let Some(path) = markdown {
                let page = markdown::page(&book, &read)?;
                write(Some(&path), || page)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::List { only }) => list(&book, &only),
        Some(Command::Clean { target }) => ask::clean(&book, &target),
        None => {
            let asked = ask::ask(&book, &run, false)?;
            report(&book, &run, &asked.results)?;
            Ok(code(&asked))
        }
    }
}

fn report(book: &Book, run: &RunArguments, results: &Results) -> Result<(), Fault> {
    if run.verbose {
        terminal::disagreements(results)?;
    }
    terminal::summary(book, results)?;
    terminal::skipped(results, run.verbose)?;
    if run.target.aws {
        terminal::settled(book, results)?;
    }
    if let Some(path) = &run.json {
        results.write(path)?;
    }
    write(run.html.as_deref(), || {
        html::page(book, core::slice::from_ref(results))
    })
}

fn write(path: Option<&Path>, text: impl FnOnce() -> String) -> Result<(), Fault> {
    let Some(path) = path else {
        return Ok(());
    };
    std::fs::write(path, text()).map_err(Fault::of_file(path))
}

fn list(book: &Book, only: &Only) -> Result<ExitCode, Fault> {
    for case in book.cases().filter(|case| only.has(&case.id)) {
        let label = case.evidence.map_or_else(
            || format!("open {}", case.open.unwrap_or_default()),
            |evidence| evidence.label().to_owned(),
        );
        terminal::say(format_args!("{:<44}{label:<11}{}", case.id, case.shows))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// 1 if an answer is not as it is known to be, 2 if something is left at AWS.
fn code(asked: &Asked) -> ExitCode {
    if asked.left {
        return ExitCode::from(2);
    }
    let is_wrong = |verdict| [Verdict::Disagrees, Verdict::NotReached].contains(&verdict);
    ExitCode::from(u8::from(
        asked
            .results
            .outcomes
            .iter()
            .any(|outcome| is_wrong(outcome.verdict)),
    ))
}
