# SPDX-License-Identifier: GPL-2.0-or-later

# vncterm_module(<name> SOURCES <file>... [LINK <target>...])
#
# The static library vncterm_<name> of one folder (or file) in vncterm/. LINK
# names the modules below it and the third-party libraries that it owns. Who
# links a module sees the headers in vncterm/, and no third-party header.
function(vncterm_module name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
    add_library(vncterm_${name} STATIC ${arg_SOURCES})
    target_include_directories(vncterm_${name}
        PUBLIC ${PROJECT_SOURCE_DIR}/vncterm)
    target_link_libraries(vncterm_${name} PRIVATE vncterm_flags ${arg_LINK})
endfunction()
