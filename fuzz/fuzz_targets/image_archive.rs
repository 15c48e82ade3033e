#![no_main]

outrigger_fuzz::target!(outrigger_fuzz::images::image_archive);
