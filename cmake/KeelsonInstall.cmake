# Defines what `cmake --install` installs: the binary, its shell completion, its systemd unit, a configuration file and
# the .proto files.
include(GNUInstallDirs)
set(deploy "${PROJECT_SOURCE_DIR}/app/deploy")

install(TARGETS keelson RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(FILES "${deploy}/keelson.service" DESTINATION lib/systemd/system)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/proto/keelson" DESTINATION "${CMAKE_INSTALL_DATADIR}/keelson/proto"
  FILES_MATCHING PATTERN "*.proto")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/app/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}/app")
install(FILES "${PROJECT_SOURCE_DIR}/proto/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}/proto")
# An existing configuration is never overwritten.
install(CODE "
  set(configuration \"${CMAKE_INSTALL_FULL_SYSCONFDIR}/keelson\")
  if(NOT EXISTS \"\$ENV{DESTDIR}\${configuration}/keelson.toml\")
    file(INSTALL \"${deploy}/keelson.toml\" DESTINATION \"\${configuration}\")
  endif()")
# The executable prints its completion scripts. A cross build cannot run the executable and installs no scripts.
if(NOT CMAKE_CROSSCOMPILING)
  set(completion "${CMAKE_CURRENT_BINARY_DIR}/completion")
  install(CODE "
    file(MAKE_DIRECTORY \"${completion}\")
    foreach(shell IN ITEMS bash zsh)
      execute_process(COMMAND \"$<TARGET_FILE:keelson>\" completion \${shell}
                      OUTPUT_FILE \"${completion}/\${shell}\" COMMAND_ERROR_IS_FATAL ANY)
    endforeach()")
  install(FILES "${completion}/bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME keelson)
  install(FILES "${completion}/zsh" DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions" RENAME _keelson)
endif()
