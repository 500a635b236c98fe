# install.cmake - what `cmake --install build --prefix X` puts below X. Nothing that is installed knows X: the folder may be moved.
# Everything is listed in tests/cli/test_install.py. Packagers: CMAKE_SKIP_INSTALL_RPATH=ON leaves the command without $ORIGIN/../lib.
include(CMakePackageConfigHelpers)
set(share ${CMAKE_INSTALL_DATADIR}/apsis)

# ---------------------------------------------------------------- library, header, command
set(libraries apsis_library)
if(TARGET apsis_archive)
  list(APPEND libraries apsis_archive)
endif()
install(TARGETS ${libraries} EXPORT ApsisTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT Runtime NAMELINK_COMPONENT Development
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT Development
  PUBLIC_HEADER DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT Development
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(BUILD_SHARED_LIBS)
  file(RELATIVE_PATH to_library ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(apsis PROPERTIES INSTALL_RPATH "$ORIGIN/${to_library}")
endif()
install(TARGETS apsis RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT Runtime)

# ---------------------------------------------------------------- find_package(Apsis) and pkg-config
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Apsis)
install(EXPORT ApsisTargets NAMESPACE Apsis:: DESTINATION ${package} COMPONENT Development)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/ApsisConfig.cmake.in ${PROJECT_BINARY_DIR}/package/ApsisConfig.cmake
  INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
# Before version 1 a minor version may take functions away.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/ApsisConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/ApsisConfig.cmake ${PROJECT_BINARY_DIR}/package/ApsisConfigVersion.cmake
  DESTINATION ${package} COMPONENT Development)

# Paths from the folder of apsis.pc, so that it may be moved; an absolute folder that the packager chose stays.
file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_prefix "\${pcfiledir}/${pc_prefix}")
foreach(folder LIBDIR INCLUDEDIR)
  set(pc_${folder} "\${prefix}")
  cmake_path(APPEND pc_${folder} "${CMAKE_INSTALL_${folder}}")
endforeach()
# What the library needs is the business of those who link its archive; pkg-config --static says it. Without a shared library, all do.
# By name, not as Requires: a program that links libapsis.so must not need Jansson's headers and apsis.pc alike.
list(TRANSFORM private_libraries PREPEND -l OUTPUT_VARIABLE pc_private)
string(REPLACE ";" " " pc_private "${pc_private}")
if(BUILD_SHARED_LIBS)
  set(pc_private "\nLibs.private: ${pc_private}")
else()
  set(pc_private " ${pc_private}")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/apsis.pc.in ${PROJECT_BINARY_DIR}/package/apsis.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/apsis.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT Development)

# ---------------------------------------------------------------- what people read
install(FILES LICENSE README.md DESTINATION ${share} COMPONENT Runtime)
install(DIRECTORY models DESTINATION ${share} COMPONENT Runtime FILES_MATCHING PATTERN "*.risk" PATTERN "*.md" PATTERN "*.csv" PATTERN "*.c")
install(DIRECTORY scripts/package/vscode DESTINATION ${share} COMPONENT Runtime) # Visual Studio Code loads the folder as it is

# The command writes its own manual page and completions, so they say what it does. One that cannot run here cannot.
if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
  message(STATUS "no manual page and no completions: the command that would write them cannot run here")
  return()
endif()
set(written "")
function(apsis_writes name folder)
  set(file ${PROJECT_BINARY_DIR}/package/${name})
  add_custom_command(OUTPUT ${file} COMMAND apsis ${ARGN} > ${file}.new COMMAND ${CMAKE_COMMAND} -E rename ${file}.new ${file} DEPENDS apsis VERBATIM)
  set(written ${written} ${file} PARENT_SCOPE)
  install(FILES ${file} DESTINATION ${folder} COMPONENT Runtime)
endfunction()
apsis_writes(apsis.1 ${CMAKE_INSTALL_MANDIR}/man1 man)
apsis_writes(apsis ${CMAKE_INSTALL_DATADIR}/bash-completion/completions completion bash)
apsis_writes(_apsis ${CMAKE_INSTALL_DATADIR}/zsh/site-functions completion zsh)
apsis_writes(apsis.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d completion fish)
add_custom_target(apsis_pages ALL DEPENDS ${written})
