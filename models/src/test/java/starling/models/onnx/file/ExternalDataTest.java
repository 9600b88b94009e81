package starling.models.onnx.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static starling.models.onnx.file.SmallModels.attribute;
import static starling.models.onnx.file.SmallModels.entry;
import static starling.models.onnx.file.SmallModels.floats;
import static starling.models.onnx.file.SmallModels.node;
import static starling.models.onnx.file.SmallModels.tensor;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * External data: what is allowed is read, everything else is refused and nothing outside the model's folder is touched. The
 * folder beside the model's holds {@code secret.bin}, which no location may reach.
 */
class ExternalDataTest {
    private static final TensorProto WEIGHTS =
            floats("W", List.of(3L, 2L), 1, -2, 3, -4, 5, -6).build();
    private static final TensorProto BIAS = floats("b", List.of(2L), 0.5f, 20).build();

    @TempDir
    Path parent;

    private Path folder = Path.of("unset");

    @BeforeEach
    void layOutFiles() throws IOException {
        folder = Files.createDirectory(parent.resolve("model"));
        Files.write(parent.resolve("secret.bin"), WEIGHTS.getRawData().toByteArray());
        Files.createDirectory(folder.resolve("sub"));
        Files.write(
                folder.resolve("all.bin"),
                WEIGHTS.getRawData().concat(BIAS.getRawData()).toByteArray());
        Files.write(folder.resolve("sub/W.bin"), WEIGHTS.getRawData().toByteArray());
    }

    private static TensorProto.Builder external(String name, List<Long> dims, Map<String, String> entries) {
        TensorProto.Builder tensor =
                tensor(name, DataType.FLOAT, dims).setDataLocation(TensorProto.DataLocation.EXTERNAL);
        entries.forEach((key, value) -> tensor.addExternalData(entry(key, value)));
        return tensor;
    }

    private LoadedModel load(TensorProto.Builder weights) {
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder().setInitializer(0, weights);
        return load(model.build(), LoadLimits.defaults());
    }

    private LoadedModel load(ModelProto model, LoadLimits limits) {
        try {
            Path file = folder.resolve("m.onnx");
            Files.write(file, model.toByteArray());
            return assertTimeoutPreemptively(Duration.ofSeconds(10), () -> OnnxFile.load(file, limits));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LoadedModel load(Map<String, String> entries) {
        return load(external("W", List.of(3L, 2L), entries));
    }

    private void refused(String sentence, Map<String, String> entries) {
        Refusal.says("m.onnx: " + sentence, () -> load(entries));
    }

    @Test
    void tensorsAreReadFromTheirPlaces() throws IOException {
        ModelProto expected = SmallModels.dense().build();
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder()
                .setInitializer(0, external("W", List.of(3L, 2L), Map.of("location", "all.bin", "length", "24")))
                .setInitializer(1, external("b", List.of(2L), Map.of("location", "all.bin", "offset", "24")));
        LoadedModel loaded = load(model.build(), LoadLimits.defaults());
        assertEquals(expected, loaded.model());
        assertEquals(expected, load(Map.of("location", "sub/W.bin")).model());
        assertEquals(expected, load(Map.of("location", "./sub/./W.bin")).model());

        // The digest covers what was read from outside.
        Files.write(
                folder.resolve("all.bin"),
                BIAS.getRawData()
                        .concat(BIAS.getRawData())
                        .concat(BIAS.getRawData())
                        .concat(BIAS.getRawData())
                        .toByteArray());
        LoadedModel changed = load(model.build(), LoadLimits.defaults());
        assertNotEquals(expected, changed.model());
        assertNotEquals(loaded.sha256(), changed.sha256());
    }

    @Test
    void constantsMayLiveOutsideToo() {
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder()
                .removeInitializer(0)
                .addNode(
                        0,
                        node("Constant", "k", List.of(), "W")
                                .addAttribute(attribute(
                                        "value",
                                        external("", List.of(3L, 2L), Map.of("location", "sub/W.bin"))
                                                .clearName())));
        ModelProto loaded = load(model.build(), LoadLimits.defaults()).model();
        assertEquals(
                WEIGHTS.getRawData(),
                loaded.getGraph().getNode(0).getAttribute(0).getT().getRawData());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.bin",
                "sub/../../secret.bin",
                "..",
                "sub/..",
                "sub/../sub/W.bin",
                "sub//W.bin",
                "sub/",
                "a/../../x"
            })
    void locationsMustNotClimb(String location) {
        refused(
                "tensor 'W': external data '" + location
                        + "' contains '..' or an empty name; it must lie below the model's folder",
                Map.of("location", location));
    }

    @Test
    void locationsMustBeRelativePlainNames() {
        Path secret = parent.resolve("secret.bin");
        String absolute = Wording.quote(secret.toString());
        refused(
                "tensor 'W': external data " + absolute + " is an absolute path; it must lie below the model's folder",
                Map.of("location", secret.toString()));
        for (String location : List.of("..\\secret.bin", "C:\\secret.bin", "sub\\W.bin", "all.bin\0.txt", "a\nb")) {
            refused(
                    "tensor 'W': external data " + Wording.quote(location)
                            + " contains a backslash or a control character",
                    Map.of("location", location));
        }
        refused("tensor 'W': the location of external data must have 1 to 1024 characters: 0", Map.of("location", ""));
        refused(
                "tensor 'W': the location of external data must have 1 to 1024 characters: 1025",
                Map.of("location", "a".repeat(1025)));
        refused("tensor 'W': external data '.' is not a file", Map.of("location", "."));
        refused("tensor 'W': external data 'none.bin' does not exist", Map.of("location", "none.bin"));
        refused("tensor 'W': external data 'none/W.bin' does not exist", Map.of("location", "none/W.bin"));
        refused("tensor 'W' keeps its values in another file but does not name it", Map.of("offset", "0"));
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Files.createSymbolicLink(folder.resolve("last.bin"), parent.resolve("secret.bin"));
        Files.createSymbolicLink(folder.resolve("inside.bin"), folder.resolve("sub/W.bin"));
        Files.createSymbolicLink(folder.resolve("up"), parent);
        Files.createSymbolicLink(folder.resolve("dangling"), parent.resolve("nothing"));
        for (String link : List.of("last.bin", "inside.bin", "dangling")) {
            refused(
                    "tensor 'W': external data '" + link + "' goes through the link '" + link
                            + "'; links are not followed",
                    Map.of("location", link));
        }
        refused(
                "tensor 'W': external data 'up/secret.bin' goes through the link 'up'; links are not followed",
                Map.of("location", "up/secret.bin"));
        Files.createLink(folder.resolve("hard.bin"), parent.resolve("secret.bin"));
        refused(
                "tensor 'W': external data 'hard.bin' has 2 names (hard links); it must have one",
                Map.of("location", "hard.bin"));
    }

    @Test
    void onlyRegularFilesAreRead() throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", folder.resolve("pipe").toString())
                        .start()
                        .waitFor());
        refused("tensor 'W': external data 'pipe' is not a regular file", Map.of("location", "pipe"));
        refused("tensor 'W': external data 'sub' is not a regular file", Map.of("location", "sub"));
        refused(
                "tensor 'W': external data 'all.bin/W.bin': 'all.bin' is not a folder",
                Map.of("location", "all.bin/W.bin"));
    }

    @ParameterizedTest
    @CsvSource({
        "offset, -1",
        "offset, +1",
        "offset, 0x10",
        "offset, 1e3",
        "offset, ' 1'",
        "offset, ''",
        "offset, 9223372036854775808",
        "length, -24",
        "length, 99999999999999999999",
        "length, ''",
        "length, ٣"
    })
    void offsetsAndLengthsAreNumbers(String key, String value) {
        refused(
                "the external data " + key + " of tensor 'W' must be a number of at most 18 digits: "
                        + Wording.quote(value),
                Map.of("location", "all.bin", key, value));
    }

    @ParameterizedTest
    @CsvSource({"9, 24", "33, 0", "0, 33", "999999999999999999, 24", "8, 999999999999999999"})
    void rangesLieWithinTheFile(String offset, String length) {
        refused(
                "tensor 'W' asks for " + length + " bytes at offset " + offset + " of 'all.bin', which has 32 bytes",
                Map.of("location", "all.bin", "offset", offset, "length", length));
    }

    @Test
    void lengthsMustFitTheShape() {
        refused(
                "tensor 'W' declares shape [3, 2] (6 float32 values, 24 bytes) but holds 20 bytes",
                Map.of("location", "all.bin", "length", "20"));
        refused(
                "tensor 'W' declares shape [3, 2] (6 float32 values, 24 bytes) but holds 0 bytes",
                Map.of("location", "all.bin", "length", "0"));
        Refusal.says(
                "m.onnx: tensor 'W' asks for 36 bytes at offset 0 of 'all.bin', which has 32 bytes",
                () -> load(external("W", List.of(3L, 3L), Map.of("location", "all.bin"))));
        Refusal.says(
                "m.onnx: dimensions must not be negative: dimension 0 of tensor 'W' is -3",
                () -> load(external("W", List.of(-3L), Map.of("location", "all.bin"))));
    }

    @Test
    void keysAreKnownAndGivenOnce() {
        refused(
                "tensor 'W' has the unknown external data key 'basepath'",
                Map.of("location", "all.bin", "basepath", "/etc"));
        Refusal.says(
                "m.onnx: tensor 'W' has the external data key 'location' twice",
                () -> load(external("W", List.of(3L, 2L), Map.of("location", "all.bin"))
                        .addExternalData(entry("location", "../secret.bin"))));
        Refusal.says(
                "m.onnx: tensor 'W' names external data but says that it keeps its own",
                () -> load(external("W", List.of(3L, 2L), Map.of("location", "all.bin"))
                        .clearDataLocation()));
        Refusal.says(
                "m.onnx: tensor 'W' holds values both in raw_data and in another file; one place is allowed",
                () -> load(external("W", List.of(3L, 2L), Map.of("location", "all.bin"))
                        .setRawData(WEIGHTS.getRawData())));
    }

    @Test
    void checksumsAreCompared() throws IOException {
        Files.writeString(folder.resolve("abcd.bin"), "abcd");
        // sha1sum of "abcd"
        String sum = "81fe8bfe87576c3ecb22426f8e57847382917acf";
        TensorProto.Builder one = external("W", List.of(1L), Map.of("location", "abcd.bin", "checksum", sum));
        assertEquals(
                "abcd",
                load(one).model().getGraph().getInitializer(0).getRawData().toStringUtf8());
        Refusal.says(
                "m.onnx: the SHA-1 checksum of external data 'abcd.bin' is not '00' as tensor 'W' says",
                () -> load(external("W", List.of(1L), Map.of("location", "abcd.bin", "checksum", "00"))));
    }

    @Test
    void theSizeLimitCoversAllFiles() throws IOException {
        Files.write(folder.resolve("large.bin"), new byte[5000]);
        ModelProto.Builder model = SmallModels.dense();
        model.getGraphBuilder().setInitializer(0, external("W", List.of(3L, 2L), Map.of("location", "large.bin")));
        int own = model.build().getSerializedSize();
        LoadLimits limits = LoadLimits.defaults();
        Refusal.says(
                "m.onnx: tensor 'W': external data 'large.bin' has 5000 bytes, and the limit for model files allows 4999",
                () -> load(model.build(), limits.withMaxFileBytes(own + 4999)));
        load(model.build(), limits.withMaxFileBytes(own + 5000));
    }
}
