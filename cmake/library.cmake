# The libraries as programs meet them, and how they are installed and packaged. docs/compatibility.md is the page for users.
#
#   libhospes.so        SONAME libhospes.so.0, one version node, the C API alone (hospes.map)
#   libwasmtime.so      the same file under Wasmtime's name: a link, so that a process that asks for both has one library
#   libwasmtime-46.so   the same objects but one: wasi_config_preopen_dir takes masks, see src/wasi/wasi_preopen.c
#   libhospes.a         one object in which every internal symbol is local; libwasmtime.a is a link to it
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# --- Shared ---------------------------------------------------------------------------------------------------------------

set(HS_MAP ${CMAKE_SOURCE_DIR}/cmake/hospes.map)
set(HS_SHARED_LINK -Wl,-z,nodelete -Wl,-z,noexecstack -Wl,--gc-sections -Wl,-Bsymbolic-functions
  -Wl,--version-script=${HS_MAP})

# Everything but the object that has the other meaning.
string(REPLACE "$<TARGET_OBJECTS:hs_wasi>" "$<FILTER:$<TARGET_OBJECTS:hs_wasi>,EXCLUDE,wasi_preopen>"
  HS_MASKS_OBJECTS "${objects}")
add_library(hospes_masks SHARED ${HS_MASKS_OBJECTS} src/wasi/wasi_preopen.c)
target_compile_definitions(hospes_masks PRIVATE HOSPES_PREOPEN_MASKS)
target_link_libraries(hospes_masks PRIVATE hs_flags Threads::Threads m)
set_target_properties(hospes_masks PROPERTIES OUTPUT_NAME wasmtime-46 LINKER_LANGUAGE C
  VERSION ${PROJECT_VERSION} SOVERSION 0)
foreach(target hospes_shared hospes_masks)
  target_link_options(${target} PRIVATE ${HS_SHARED_LINK})
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${HS_MAP})
endforeach()
if(NOT HOSPES_ASAN AND NOT HOSPES_TSAN)
  target_link_options(hospes_masks PRIVATE -Wl,-z,defs)
endif()

# --- Static ---------------------------------------------------------------------------------------------------------------
# hospes_static stays what programs of this tree link that look inside; what is installed is hospes_archive. Its one object
# is linked of all others, and every symbol that is not of the API becomes local: neither names of the program nor a second
# copy of the library can clash with it.
set_target_properties(hospes_static PROPERTIES OUTPUT_NAME hospes-inside)
set(HS_ONE_OBJECT ${CMAKE_BINARY_DIR}/lib/hospes.o)
add_custom_command(OUTPUT ${HS_ONE_OBJECT}
  COMMAND ${CMAKE_LINKER} -r -o ${HS_ONE_OBJECT} --whole-archive $<TARGET_FILE:hospes_static>
  COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${HS_ONE_OBJECT}
  DEPENDS hospes_static VERBATIM COMMENT "Linking one object of all, internals local")
add_library(hospes_archive STATIC ${HS_ONE_OBJECT})
set_source_files_properties(${HS_ONE_OBJECT} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
set_target_properties(hospes_archive PROPERTIES OUTPUT_NAME hospes LINKER_LANGUAGE C)
target_link_libraries(hospes_archive PUBLIC Threads::Threads m)
target_include_directories(hospes_archive INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

# --- Wasmtime's names -----------------------------------------------------------------------------------------------------

set(HS_LIB ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
add_custom_command(TARGET hospes_shared POST_BUILD
  COMMAND ${CMAKE_COMMAND} -E create_symlink libhospes.so.0 ${HS_LIB}/libwasmtime.so)
add_custom_command(TARGET hospes_archive POST_BUILD
  COMMAND ${CMAKE_COMMAND} -E create_symlink libhospes.a ${HS_LIB}/libwasmtime.a)

# --- pkg-config and CMake packages ----------------------------------------------------------------------------------------

file(STRINGS ${CMAKE_SOURCE_DIR}/include/wasmtime.h HS_WASMTIME_VERSION REGEX "define WASMTIME_VERSION +\"")
string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" HS_WASMTIME_VERSION "${HS_WASMTIME_VERSION}")
# Relative to the file that says so, so that the tree may be moved, unpacked or given a prefix later.
file(RELATIVE_PATH HS_PC_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
string(REGEX REPLACE "/$" "" HS_PC_PREFIX "${HS_PC_PREFIX}")
foreach(name hospes wasmtime)
  configure_file(${CMAKE_SOURCE_DIR}/packaging/${name}.pc.in ${CMAKE_BINARY_DIR}/packaging/${name}.pc @ONLY)
  configure_file(${CMAKE_SOURCE_DIR}/packaging/${name}-config.cmake.in
    ${CMAKE_BINARY_DIR}/packaging/${name}-config.cmake @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/packaging/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT development)
endforeach()
write_basic_package_version_file(${CMAKE_BINARY_DIR}/packaging/hospes-config-version.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
configure_file(${CMAKE_SOURCE_DIR}/packaging/wasmtime-config-version.cmake.in
  ${CMAKE_BINARY_DIR}/packaging/wasmtime-config-version.cmake @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/packaging/hospes-config.cmake ${CMAKE_BINARY_DIR}/packaging/hospes-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hospes COMPONENT development)
install(FILES ${CMAKE_BINARY_DIR}/packaging/wasmtime-config.cmake
  ${CMAKE_BINARY_DIR}/packaging/wasmtime-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/wasmtime COMPONENT development)

# --- Installation ---------------------------------------------------------------------------------------------------------

set_target_properties(hospes_shared PROPERTIES EXPORT_NAME hospes)
set_target_properties(hospes_archive PROPERTIES EXPORT_NAME static)
set_target_properties(hospes_masks PROPERTIES EXPORT_NAME masks)
target_include_directories(hospes_masks PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS hospes_shared hospes_masks hospes_archive EXPORT hospes
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT hospes NAMESPACE hospes:: FILE hospes-targets.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/hospes COMPONENT development)
# Programs that open the library at run time ask for it by these names, so they belong to what runs.
install(FILES ${HS_LIB}/libwasmtime.so DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
install(FILES ${HS_LIB}/libwasmtime.a DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
if(TARGET hospes)
  install(TARGETS hospes RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
endif()
foreach(pair runtime:libhospes0 development:libhospes-dev tools:hospes)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 component)
  list(GET pair 1 package)
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} RENAME copyright COMPONENT ${component})
endforeach()

# --- Debian packages: `make deb` ------------------------------------------------------------------------------------------

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hospes)
set(CPACK_PACKAGE_VENDOR hospes)
set(CPACK_PACKAGE_CONTACT "The Hospes authors <hospes@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "WebAssembly runtime in C with Wasmtime's C API")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development tools)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libhospes0)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/triggers)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "WebAssembly runtime: the shared library, also as libwasmtime.so")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libhospes-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libhospes0 (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "WebAssembly runtime: headers, static library, pkg-config and CMake files")
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME hospes)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION devel)
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "WebAssembly runtime: the command line program")
include(CPack)
