//! Reviews ID photos over HTTP.
