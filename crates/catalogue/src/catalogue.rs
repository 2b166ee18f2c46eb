//! All patterns.
use std::sync::Arc;

use crate::error::PatternError;
use crate::exposed::Exposed;
use crate::files::FILES;
use crate::pattern::Pattern;
use crate::read;
use crate::told::Told;

/// All patterns that are known.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    patterns: Vec<Arc<Pattern>>,
}

impl Catalogue {
    /// The patterns that Whippet brings.
    pub fn new() -> Self {
        let mut all = Self::default();
        for (file, text) in FILES {
            // A test reads them all.
            all.patterns.extend(read::patterns(file, text).unwrap_or_default().into_iter().map(Arc::new));
        }
        all
    }

    /// The patterns of one file.
    ///
    /// # Errors
    /// The first pattern that is wrong.
    pub fn of(file: &str, text: &str) -> Result<Self, PatternError> {
        let patterns = read::patterns(file, text)?.into_iter().map(Arc::new).collect();
        Ok(Self { patterns })
    }

    /// Adds mappings, which go before all patterns that are there.
    #[must_use]
    pub fn with_mappings(mut self, mappings: Vec<Pattern>) -> Self {
        let own = mappings.into_iter().map(Arc::new);
        self.patterns = own.chain(self.patterns).collect();
        self
    }

    /// What a target tells that exposes these metrics.
    pub fn told(&self, exposed: &Exposed) -> Told {
        Told::new(&self.patterns, exposed)
    }

    /// All patterns.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.patterns.iter().map(|pattern| &**pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::Catalogue;
    use crate::files::FILES;
    use crate::read::patterns;

    #[test]
    fn every_file_is_read() {
        let mut count = 0;
        for (file, text) in FILES {
            match patterns(file, text) {
                Ok(patterns) => count += patterns.len(),
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(Catalogue::new().patterns().count(), count);
    }
}
