#![no_main]

outrigger_fuzz::target!(outrigger_fuzz::names::allow_list);
