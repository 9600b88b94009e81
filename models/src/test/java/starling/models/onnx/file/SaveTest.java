package starling.models.onnx.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writing: whole or not at all, the same bytes for the same model, and nothing that could not be read again. */
class SaveTest {
    @TempDir
    Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatIsSavedIsLoadedAgain() throws IOException {
        ModelProto model = SmallModels.dense().build();
        OnnxFile.save(model, folder.resolve("a.onnx"));
        OnnxFile.save(ModelProto.parseFrom(model.toByteArray()), folder.resolve("b.onnx"));
        LoadedModel loaded = OnnxFile.load(folder.resolve("a.onnx"));
        assertEquals(model, loaded.model());
        assertEquals(List.of(), loaded.notes());
        assertArrayEquals(Files.readAllBytes(folder.resolve("a.onnx")), Files.readAllBytes(folder.resolve("b.onnx")));
        assertEquals(List.of("a.onnx", "b.onnx"), names(), "no temporary file stays");
    }

    @Test
    void anOlderFileIsReplacedOrKeptWhole() throws IOException {
        Path file = folder.resolve("m.onnx");
        ModelProto first = SmallModels.dense().build();
        OnnxFile.save(first, file);
        ModelProto second = first.toBuilder().setProducerName("second").build();
        OnnxFile.save(second, file);
        assertEquals(second, OnnxFile.load(file).model());
        ModelProto.Builder bad = SmallModels.dense();
        bad.getGraphBuilder().clearNode();
        Refusal.says(
                "m.onnx: a graph needs at least one node, and this one has none",
                () -> OnnxFile.save(bad.build(), file));
        assertEquals(second, OnnxFile.load(file).model());
        assertEquals(List.of("m.onnx"), names());
    }

    @Test
    void placesThatCannotBeWrittenAreNamed() throws IOException {
        ModelProto model = SmallModels.dense().build();
        Path occupied = Files.createDirectory(folder.resolve("taken"));
        Refusal.says("taken: a folder of that name is in the way", () -> OnnxFile.save(model, occupied));
        Path absent = folder.resolve("none/m.onnx");
        Refusal.says(
                "m.onnx: cannot be written: there is no folder " + folder.resolve("none"),
                () -> OnnxFile.save(model, absent));
        // A link is replaced, what it points to stays.
        Path target = Files.writeString(folder.resolve("target"), "precious");
        Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), target);
        OnnxFile.save(model, link);
        assertEquals("precious", Files.readString(target));
        assertEquals(model, OnnxFile.load(link).model());
    }

    @Test
    void limitsHoldWhenSavingToo() throws IOException {
        ModelProto model = SmallModels.dense().build();
        LoadLimits small = LoadLimits.defaults().withMaxFileBytes(100);
        Refusal.says(
                "m.onnx: the model would need more than 100 bytes, the limit for model files",
                () -> OnnxFile.save(model, folder.resolve("m.onnx"), small));
        LoadLimits memory = new LoadLimits(1 << 20, 2000, 1000, 10);
        Refusal.says(
                "m.onnx: the model would take more than 2000 bytes of memory, the limit for a parsed model",
                () -> OnnxFile.save(model, folder.resolve("m.onnx"), memory));
        assertEquals(List.of(), names());
    }
}
