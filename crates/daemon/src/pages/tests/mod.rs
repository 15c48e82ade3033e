//! Whole pages, from what the use cases would say to the HTML.

mod automatic;
mod fixture;
mod gallery;
mod hostile;
mod html;
mod shelf;
