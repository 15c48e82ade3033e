#![no_main]

outrigger_fuzz::target!(outrigger_fuzz::wire::document);
