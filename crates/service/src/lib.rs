//! Reviews ID photos over HTTP.

mod page;
