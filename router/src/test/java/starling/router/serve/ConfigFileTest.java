package starling.router.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import starling.link.frame.ElementType;
import starling.models.UnfitException;
import starling.router.inference.FillPolicy;

class ConfigFileTest {
    private static final Path EXAMPLE = Path.of("../deploy/router.example.yaml");

    @TempDir
    Path folder;

    private Path write(String text) {
        try {
            return Files.writeString(folder.resolve("router.yaml"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private RouterConfig read(String text) {
        return ConfigFile.read(write(text));
    }

    private static Set<String> keys() {
        return Arrays.stream(RouterConfig.class.getRecordComponents())
                .map(RecordComponent::getName)
                .map(name -> name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyOptionIsAKeyAndEveryKeyIsAnOption() {
        Set<String> options = new CommandLine(new ServeCommand())
                .getCommandSpec().options().stream()
                        .map(option -> option.longestName().substring(2))
                        .collect(Collectors.toCollection(TreeSet::new));
        options.removeAll(Set.of("help", "version", "config", "json"));
        assertEquals(keys(), options);
    }

    @Test
    void theExampleHoldsEveryKeyAndIsAccepted() throws IOException, ReflectiveOperationException {
        String example = Files.readString(EXAMPLE);
        RouterConfig asItIs = read(example);
        assertEquals(folder.toAbsolutePath().resolve("users.passwd"), asItIs.users());
        assertEquals(Path.of("/var/lib/starling/bundle"), asItIs.bundle());
        assertEquals(null, asItIs.policy());

        String whole = example.replaceAll("(?m)^#([a-z-]+: )", "$1");
        RouterConfig all = read(whole);
        for (RecordComponent component : RouterConfig.class.getRecordComponents()) {
            assertNotNull(component.getAccessor().invoke(all), component.getName());
        }
        assertEquals(FillPolicy.ZERO, all.policy());
        assertEquals(ElementType.FLOAT32, all.elementType());
        assertEquals(3000L, all.deadline());
        assertEquals(2, all.quorum());
        assertEquals("127.0.0.1:1883", all.listen());
        assertEquals(false, all.anonymous());
    }

    @Test
    void whatIsUnfitIsNamedWithItsLine() {
        Map<String, String> wrong = Map.ofEntries(
                Map.entry(
                        "fleet: a\nbrokr: x\n",
                        "router.yaml: there is no key 'brokr'; the keys are anonymous, broker, bundle"),
                Map.entry("maxInFlight: 3", "there is no key 'maxInFlight'"),
                Map.entry("fleet: a\nfleet: b\n", "line 2: Duplicate field 'fleet'"),
                Map.entry("deadline: soon", "key 'deadline'"),
                Map.entry("deadline: \"300\"", "key 'deadline'"),
                Map.entry("deadline: 1.5", "key 'deadline'"),
                Map.entry("quorum: 99999999999", "key 'quorum'"),
                Map.entry("anonymous: yes please", "key 'anonymous'"),
                Map.entry("policy: maybe", "key 'policy'"),
                Map.entry("element-type: float8", "key 'element-type'"),
                Map.entry("fleet: [a]", "key 'fleet'"),
                Map.entry("- fleet", "must be a mapping of keys to values: it is ARRAY"),
                Map.entry("fleet", "must be a mapping of keys to values: it is STRING"),
                Map.entry("fleet: a\n\tbroker: x\n", "router.yaml line 2"),
                Map.entry("fleet: a\n---\nfleet: b\n", "router.yaml"),
                Map.entry("!!javax.script.ScriptEngineManager [x]", "it is ARRAY"));
        wrong.forEach((text, rule) -> {
            UnfitException e = assertThrows(UnfitException.class, () -> read(text), text);
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains(rule), text + " -> " + message);
            assertTrue(message.contains("router.yaml"), message);
            assertEquals(1, message.lines().count(), message);
        });
    }

    @Test
    void anEmptyFileSaysNothing() {
        assertEquals(RouterConfig.EMPTY, read(""));
        assertEquals(RouterConfig.EMPTY, read("# nothing\n"));
        assertEquals(RouterConfig.EMPTY, read("{}"));
    }

    @Test
    void filesThatCannotBeReadAreNamed() {
        Path missing = folder.resolve("missing.yaml");
        UnfitException absent = assertThrows(UnfitException.class, () -> ConfigFile.read(missing));
        assertTrue(String.valueOf(absent.getMessage()).contains("missing.yaml"), absent.getMessage());
        Path huge = write("#".repeat(70_000));
        UnfitException tooLong = assertThrows(UnfitException.class, () -> ConfigFile.read(huge));
        assertTrue(String.valueOf(tooLong.getMessage()).contains("at most 65536 bytes: it has 70000"));
        assertThrows(UnfitException.class, () -> ConfigFile.read(folder));
    }

    @Test
    void theCommandLineWins() {
        RouterConfig file = read("fleet: from-file\ndeadline: 5\npolicy: LAST\n");
        RouterConfig said = read("fleet: said\nquorum: 3\n");
        RouterConfig both = said.over(file);
        assertEquals("said", both.fleet());
        assertEquals(5L, both.deadline());
        assertEquals(FillPolicy.LAST, both.policy());
        assertEquals(3, both.quorum());
    }
}
