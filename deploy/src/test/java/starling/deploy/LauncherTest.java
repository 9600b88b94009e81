package starling.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher asks for vector instructions exactly where the Java it starts has their module. */
class LauncherTest {
    private static final Path DEPLOY =
            Path.of(System.getProperty("starling.home", "..")).resolve("deploy").toAbsolutePath();
    private static final String ASKED = "--add-modules\njdk.incubator.vector\n";

    @TempDir
    private Path java;

    private record Ended(int code, String printed) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MODULES=\"java.base jdk.incubator.vector jdk.net\"",
                "JAVA_VERSION=\"21\"\nMODULES=\"jdk.incubator.vector\"\nOS_NAME=\"Linux\"",
                "MODULES=\"java.base jdk.incubator.vector\"",
            })
    void asksWhereTheModuleIs(String release) throws IOException, InterruptedException {
        Files.writeString(java.resolve("release"), release + "\n");
        assertEquals(new Ended(7, ASKED + "-jar\na b.jar\nrun\n"), launchFake());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MODULES=\"java.base jdk.net\"",
                "MODULES=\"java.base jdk.incubator.vectors\"",
                "MODULES=\"java.base my.jdk.incubator.vector\"",
                "SOURCE=\"jdk.incubator.vector\"",
                "",
            })
    void isSilentWhereItIsNot(String release) throws IOException, InterruptedException {
        Files.writeString(java.resolve("release"), release + "\n");
        assertEquals(new Ended(7, "-jar\na b.jar\nrun\n"), launchFake());
    }

    @Test
    void isSilentWhereNothingSaysWhichModulesThereAre() throws IOException, InterruptedException {
        assertEquals(new Ended(7, "-jar\na b.jar\nrun\n"), launchFake());
    }

    @Test
    void saysThatThereIsNoJava() throws IOException, InterruptedException {
        Ended ended = launch(java.resolve("absent"), "-version");
        assertEquals(127, ended.code());
        assertTrue(ended.printed().startsWith("a Java must be in JAVA_HOME or on PATH"), ended.printed());
    }

    /** This Java itself starts, and has the module if it is there to be had. */
    @Test
    void startsThisJava() throws IOException, InterruptedException {
        Ended ended = launch(Path.of(System.getProperty("java.home")), "-version");
        assertEquals(0, ended.code(), ended.printed());
        boolean offered = ModuleFinder.ofSystem().find("jdk.incubator.vector").isPresent();
        assertEquals(offered, ended.printed().contains("incubator modules: jdk.incubator.vector"), ended.printed());
    }

    @Test
    void everyUnitStartsByIt() throws IOException {
        List<String> starts = new ArrayList<>();
        try (Stream<Path> units = Files.list(DEPLOY.resolve("systemd"))) {
            for (Path unit : units.toList()) {
                Files.readAllLines(unit).stream()
                        .filter(line -> line.startsWith("ExecStart="))
                        .forEach(starts::add);
            }
        }
        assertEquals(2, starts.size());
        for (String start : starts) {
            assertTrue(start.startsWith("ExecStart=/opt/starling/java -Xmx"), start);
        }
    }

    /** A Java that prints its arguments and ends with 7. */
    private Ended launchFake() throws IOException, InterruptedException {
        Path program = Files.createDirectory(java.resolve("bin")).resolve("java");
        Files.createFile(program, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(program, "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n");
        return launch(java, "-jar", "a b.jar", "run");
    }

    private static Ended launch(Path home, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(DEPLOY.resolve("java").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.toString());
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return new Ended(process.exitValue(), printed);
    }
}
