//! [`Parser`]: a text, and the position up to which it was read.

use super::value::Span;

/// Where a text is not JSON, and why. Lines and columns count from 1, and a column is a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at line {line} column {column}")]
pub(crate) struct SyntaxError {
    problem: &'static str,
    line: usize,
    column: usize,
}

/// A text, and how many of its bytes were read.
pub(super) struct Parser<'a> {
    text: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Parser<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn digits(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.expected("expected a digit"));
        }
        Ok(())
    }

    #[inline]
    pub(super) fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The bytes that were not read yet.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The bytes in a place of the text.
    #[inline]
    pub(super) fn bytes(&self, span: Span) -> &'a [u8] {
        let bytes = self.text.get(span.start..span.start + span.len);
        bytes.unwrap_or_default()
    }

    /// Reads a byte, if it is next.
    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Reads a word, if it is next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let is_next = self.rest().starts_with(word.as_bytes());
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    /// A place among the strings that had escapes, as a document names it.
    pub(super) const fn behind_the_text(&self, span: Span) -> Span {
        let start = self.text.len() + span.start;
        Span { start, ..span }
    }

    /// Reads `len` bytes of a string, which have to be UTF-8. (What was read as a `str` always is.)
    pub(super) fn take_utf8(&mut self, len: usize) -> Result<&'a [u8], SyntaxError> {
        let bytes = self.rest().get(..len).unwrap_or_default();
        if let Err(error) = core::str::from_utf8(bytes) {
            self.at += error.valid_up_to();
            return Err(self.error("a string that is not UTF-8"));
        }
        self.at += bytes.len();
        Ok(bytes)
    }

    #[cold]
    pub(super) fn unexpected_end(&self) -> SyntaxError {
        self.error("unexpected end")
    }

    /// The refusal of the text because of what is next.
    #[cold]
    pub(super) fn error(&self, problem: &'static str) -> SyntaxError {
        let read = self.text.get(..self.at).unwrap_or_default();
        let newlines = read.iter().filter(|byte| **byte == b'\n').count();
        let line = read
            .rsplit(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        SyntaxError {
            problem,
            line: newlines + 1,
            column: line.len() + 1,
        }
    }

    #[cold]
    pub(super) fn expected(&self, problem: &'static str) -> SyntaxError {
        match self.peek() {
            None => self.unexpected_end(),
            Some(_) => self.error(problem),
        }
    }
}
