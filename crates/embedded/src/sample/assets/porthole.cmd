@echo off
rem Porthole on the desktop: says which containers lie in port.
if "%~1"=="--version" (
  echo porthole @VERSION@
) else (
  docker ps --format "{{.Names}} is in port since {{.RunningFor}}"
)
