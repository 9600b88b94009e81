package starling.learning.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.codes.channel.Fading;
import starling.learning.share.Sharing;
import starling.models.UnfitException;
import starling.models.training.Optimizer;

class TrialSettingsTest {
    private static final String LEAST = "model: region\ndata: builtin:region\n";

    private static TrialSettings parse(String text) {
        return TrialSettings.parse("t.yaml", text);
    }

    private static String misfit(String text) {
        return String.valueOf(
                assertThrows(UnfitException.class, () -> parse(text)).getMessage());
    }

    @Test
    void everythingHasADefaultButModelAndData() {
        TrialSettings settings = parse(LEAST);
        assertEquals("builtin:region,split=test", settings.test().toString());
        assertEquals(8, settings.nodes());
        assertEquals(new Sharing.Iid(), settings.sharing());
        assertEquals(new Local(1, 32, 0.1), settings.local());
        assertEquals(new Server(new Optimizer.Sgd(0, 0), 0.1, 1), settings.server());
        Uplink.Digital uplink = assertInstanceOf(Uplink.Digital.class, settings.uplink());
        assertEquals(Map.of("", "none"), uplink.codes());
        assertNull(uplink.feedback());
        assertFalse(uplink.air().isLimited());
        assertTrue(settings.stop() > 1);
        assertEquals("t.yaml line 1: 'data' is missing", misfit("model: region"));
        assertEquals("t.yaml line 1: 'model' is missing", misfit("data: builtin:region"));
    }

    @Test
    void everyFieldIsRead() {
        TrialSettings settings = parse(LEAST + """
                        test: builtin:region,split=train,limit=7
                        nodes: 3
                        share: {by: dirichlet, alpha: 0.25}
                        local: {steps: 4, batch: 5, rate: 0.5}
                        participation: 0.5
                        uplink:
                          mode: over-the-air
                          gain: 4
                          per-symbol: 2
                          refresh: 3
                          feedback: 0.75
                          channel:
                            snr: 10
                            fading: selective
                            profile: [0.75, 0.25]
                            block: 2
                            correlation: 0.5
                            estimation-error: 0.125
                            timing: 0.5
                            phase: 0.25
                            clip: 2
                            path-loss: {exponent: 2, reference: 10, nearest: 20, farthest: 30, shadowing: 4}
                        server: {optimizer: adam, rate: 0.25, weight-decay: 0.125, decay: 0.5}
                        rounds: 11
                        evaluate: 2
                        checkpoint: 0
                        stop: 0.75
                        seed: -5
                        """);
        assertEquals(7, settings.test().limit());
        assertEquals(new Sharing.Dirichlet(0.25), settings.sharing());
        assertEquals(new Local(4, 5, 0.5), settings.local());
        assertEquals(0.5, settings.participation());
        Uplink.OverTheAir uplink = assertInstanceOf(Uplink.OverTheAir.class, settings.uplink());
        assertEquals(0.75, uplink.feedback());
        assertEquals(2, uplink.code(100).perSubchannel());
        assertEquals(26, uplink.code(100).numbers());
        assertEquals(3, uplink.code(100).refresh());
        assertEquals(0.1, uplink.air().noise(), 1e-12);
        assertEquals(0.5 * Math.log(11) / Math.log(2), uplink.air().bitsPerNumber(), 1e-12);
        assertEquals(26, uplink.air().energy(26));
        assertEquals(2, uplink.air().clip());
        Fading.Attenuated fading =
                assertInstanceOf(Fading.Attenuated.class, uplink.air().fading());
        assertEquals(
                List.of(0.75, 0.25),
                assertInstanceOf(Fading.Selective.class, fading.law()).profile());
        assertEquals(0.0625, settings.server().rate(2));
        assertEquals(2, settings.server().optimizer().slots());
        assertEquals(11, settings.rounds());
        assertEquals(-5, settings.seed());
    }

    @Test
    void settingsAsRunSayTheSameAgain() {
        TrialSettings settings = parse(LEAST + "uplink: {codes: {dense1.weight: 'top-k:share=0.5', '*': none}}\n"
                + "share: {by: label, labels: 3}\nserver: {optimizer: momentum}\n");
        assertEquals(settings, parse(settings.asRun()));
        TrialSettings air = parse(LEAST + "uplink: {mode: over-the-air, channel: {fading: rician, doppler: 5}}\n");
        assertEquals(air, parse(air.asRun()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nodess: 3 | t.yaml line 3: there is no field 'nodess'; a trial has checkpoint,",
                "nodes: many | t.yaml line 3: 'nodes' must be a whole number: many",
                "nodes: 0 | t.yaml line 3: 'nodes' must be from 1 to 1048576: 0",
                "nodes: [1] | t.yaml line 3: 'nodes' must be one value",
                "model: dense | t.yaml line 3: 'model' is given twice",
                "participation: 0 | t.yaml line 3: 'participation' must be above 0 and at most 1.0: 0",
                "participation: .nan | t.yaml line 3: 'participation' must be a number: .nan",
                "share: {by: luck} | t.yaml line 3: 'share.by' must be one of iid, label, dirichlet, unbalanced, user, own: luck",
                "share: {by: dirichlet, alpha: 0} | t.yaml line 3: 'share': alpha of a Dirichlet law must be positive: 0.0",
                "share: [iid] | t.yaml line 3: 'share' must be a mapping of fields to values",
                "local: {step: 1} | t.yaml line 3: there is no field 'local.step'; 'local' has batch, rate, steps",
                "uplink: {code: best} | t.yaml line 3: 'uplink.code' must be one of the codes default,",
                "uplink: {code: 'qcs:gain=x'} | t.yaml line 3: 'uplink.code' 'gain' of qcs must be a number: x",
                "uplink: {code: 'qcs:gian=3'} | t.yaml line 3: 'uplink.code' the code qcs has no option 'gian'",
                "uplink: {codes: {a: 'eden:bits=1.5'}} | t.yaml line 3: 'uplink.codes.a' 'bits' of eden must be a whole number: 1.5",
                "uplink: {mode: digital, gain: 3} | t.yaml line 3: there is no field 'uplink.gain'",
                "uplink: {channel: {snr: 9999}} | t.yaml line 3: 'uplink.channel.snr' must be from -30.0 to 200.0: 9999",
                "uplink: {channel: {fading: selective}} | t.yaml line 3: 'uplink.channel.profile' must be a list",
                "server: {optimizer: adam, momentum: 1} | t.yaml line 3: there is no field 'server.momentum'",
                "data: csv | t.yaml line 3: 'data' is given twice",
                "rounds: &a [*a] | t.yaml: Number of aliases",
            })
    void aFieldThatBreaksItsRuleIsNamedWithItsLine(String field, String sentence) {
        String found = misfit(LEAST + field + "\n");
        assertTrue(found.startsWith(sentence), found);
    }

    @Test
    void whatIsNoMappingIsRefused() {
        assertEquals("t.yaml must be a mapping of fields to values", misfit("- model"));
        assertEquals("t.yaml must be a mapping of fields to values", misfit(""));
        assertTrue(misfit("model: [1\n").startsWith("t.yaml line 2: "), misfit("model: [1\n"));
        assertTrue(misfit("x".repeat(70_000)).startsWith("t.yaml must have at most 65536 characters: it has 70000"));
        assertTrue(misfit("model: x\ndata: nothing:here").contains("line 2: 'data' "));
    }

    @Test
    void filesThatCannotBeReadAreNamed(@TempDir Path folder) throws IOException {
        UnfitException missing =
                assertThrows(UnfitException.class, () -> TrialSettings.read(folder.resolve("none.yaml")));
        assertTrue(String.valueOf(missing.getMessage()).contains("none.yaml' cannot be read: NoSuchFileException"));
        Path bytes = Files.write(folder.resolve("bytes.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        UnfitException binary = assertThrows(UnfitException.class, () -> TrialSettings.read(bytes));
        assertTrue(String.valueOf(binary.getMessage()).endsWith("must be text in UTF-8"));
    }
}
