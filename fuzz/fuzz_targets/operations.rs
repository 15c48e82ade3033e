#![no_main]

outrigger_fuzz::target!(outrigger_fuzz::home::operations);
