package starling.models.onnx.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;

/** Files that are not what they should be, before any graph can be looked at. */
class WireFaultsTest {
    private static final LoadLimits LIMITS = LoadLimits.defaults();

    @TempDir
    Path folder;

    private static void refused(String sentence, byte[] bytes) {
        Refusal.says(sentence, () -> OnnxFile.parse(bytes, LIMITS));
    }

    private void fileRefused(String sentence, String name, LoadLimits limits) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> Refusal.says(sentence, () -> OnnxFile.load(folder.resolve(name), limits)));
    }

    @Test
    void whatIsNoModel() {
        refused("not an ONNX model: the file is empty", new byte[0]);
        refused("not an ONNX model, or a damaged one: its protocol buffer is malformed", new byte[100]);
        byte[] text = "{\"model\": \"json\"}".getBytes(StandardCharsets.UTF_8);
        Refusal refusal = Refusal.of("field 15 of ModelProto is a protocol buffer group, ONNX has none", m -> {});
        refused(refusal.sentence(), text);
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole = SmallModels.dense().build().toByteArray();
        for (int length = 1; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            try {
                OnnxFile.parse(part, LIMITS);
                throw new AssertionError("accepted the first " + length + " of " + whole.length + " bytes");
            } catch (UnfitException e) {
                assertTrue(String.valueOf(e.getMessage()).length() < 300, e.getMessage());
            }
        }
        refused("not an ONNX model, or a damaged one: the data ends too early", Arrays.copyOf(whole, 60));
    }

    @Test
    void groupsAndDeepNestingAreRefused() throws IOException {
        byte[] groups = new byte[100_000];
        Arrays.fill(groups, (byte) 0x0B); // field 1, start of group
        refused("field 1 of ModelProto is a protocol buffer group, ONNX has none", groups);

        // graph { node { attribute { g { node { ...
        ByteString inner = ByteString.EMPTY;
        for (int level = 0; level <= 600; level++) {
            inner = wrapped(List.of(1, 6, 5).get(level % 3), inner);
        }
        byte[] nested = wrapped(ModelProto.GRAPH_FIELD_NUMBER, inner).toByteArray();
        refused("messages may be nested 32 deep at most, and this file goes deeper", nested);
    }

    /** A message with one field that holds a message. */
    private static ByteString wrapped(int field, ByteString content) throws IOException {
        ByteString.Output bytes = ByteString.newOutput();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeBytes(field, content);
        out.flush();
        return bytes.toByteString();
    }

    @Test
    void fewBytesCannotFillTheMemory() throws IOException {
        // 20 MB of empty nodes: by the estimate 1.6 GB of objects; the tests run in 2 GB.
        byte[] nodes = new byte[20_000_000];
        for (int i = 0; i < nodes.length; i += 2) {
            nodes[i] = 0x0A; // field 1 of the graph: a node of length 0
        }
        byte[] model = wrapped(ModelProto.GRAPH_FIELD_NUMBER, ByteString.copyFrom(nodes))
                .toByteArray();
        UnfitException refused = assertThrows(UnfitException.class, () -> OnnxFile.parse(model, LIMITS));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("the model would take more than "));
        Refusal.says(
                "the model would take more than 25000000 bytes of memory, the limit for a parsed model",
                () -> OnnxFile.parse(model, new LoadLimits(1 << 25, 25_000_000, 1000, 10)));

        byte[] unknown = new byte[200_000];
        for (int i = 0; i < unknown.length; i += 2) {
            unknown[i] = 0x58; // field 11 of the model, a number
        }
        Refusal.says(
                "the model would take more than 1000000 bytes of memory, the limit for a parsed model",
                () -> OnnxFile.parse(unknown, new LoadLimits(1 << 20, 1_000_000, 1000, 10)));
    }

    @Test
    void lengthsBeyondTheEndAreRefused() {
        // A graph of 127 bytes, of 2^31 - 1, of a negative number, of which none follows; a node longer than its graph.
        String early = "not an ONNX model, or a damaged one: the data ends too early";
        refused(early, new byte[] {0x3A, 0x7F});
        String malformed = "not an ONNX model, or a damaged one: its protocol buffer is malformed";
        refused(malformed, new byte[] {0x3A, -1, -1, -1, -1, 0x07});
        refused(malformed, new byte[] {0x3A, -1, -1, -1, -1, 0x0F});
        refused(early, new byte[] {0x3A, 0x02, 0x0A, 0x7F, 0x00, 0x00});
    }

    @Test
    void unknownFieldsAreLeftOutAndNoted() {
        ModelProto model = SmallModels.dense().build();
        UnknownFieldSet extra = UnknownFieldSet.newBuilder()
                .addField(26, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .addField(
                        99,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFromUtf8("more"))
                                .build())
                .build();
        LoadedModel loaded =
                OnnxFile.parse(model.toBuilder().setUnknownFields(extra).build().toByteArray(), LIMITS);
        assertEquals(model, loaded.model());
        assertEquals(List.of("2 fields unknown to ONNX IR version 13 and older were left out"), loaded.notes());
    }

    @Test
    void onlyRegularFilesWithinTheLimitAreRead() throws Exception {
        byte[] bytes = SmallModels.dense().build().toByteArray();
        Files.write(folder.resolve("model.onnx"), bytes);
        Files.createDirectory(folder.resolve("folder.onnx"));
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", folder.resolve("pipe.onnx").toString())
                        .start()
                        .waitFor());
        fileRefused("folder.onnx: a model must be a regular file, and this is a folder", "folder.onnx", LIMITS);
        fileRefused("pipe.onnx: a model must be a regular file, and this is none", "pipe.onnx", LIMITS);
        Refusal.says(
                "zero: a model must be a regular file, and this is none",
                () -> OnnxFile.load(Path.of("/dev/zero"), LIMITS));
        fileRefused("absent.onnx: there is no such file: " + folder.resolve("absent.onnx"), "absent.onnx", LIMITS);
        fileRefused(
                "model.onnx: the file has " + bytes.length + " bytes, and the limit for model files allows 100",
                "model.onnx",
                LIMITS.withMaxFileBytes(100));
        Refusal.says(
                "the model has " + bytes.length + " bytes, and the limit is 100",
                () -> OnnxFile.parse(bytes, LIMITS.withMaxFileBytes(100)));
        assertEquals(
                SmallModels.dense().build(),
                OnnxFile.load(folder.resolve("model.onnx"), LIMITS.withMaxFileBytes(bytes.length))
                        .model());
        // The user names the model: a link to it is his business.
        Files.createSymbolicLink(folder.resolve("link.onnx"), folder.resolve("model.onnx"));
        assertEquals(
                SmallModels.dense().build(),
                OnnxFile.load(folder.resolve("link.onnx")).model());
    }

    @Test
    void aSparseFileOfTwoGigabytesIsRefusedUnread() throws IOException {
        Path file = folder.resolve("huge.onnx");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), (1L << 31) - 1);
        }
        fileRefused(
                "huge.onnx: the file has 2147483648 bytes, and the limit for model files allows 1073741824",
                "huge.onnx",
                LIMITS);
        LoadLimits larger = LIMITS.withMaxFileBytes(Integer.MAX_VALUE - (1L << 20));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(Integer.MAX_VALUE - (1L << 20));
        }
        fileRefused(
                "huge.onnx: the file has 2146435071 bytes and does not fit into this program's memory",
                "huge.onnx",
                larger);
    }

    @Test
    void limitsAreThemselvesChecked() {
        Refusal.says("maxFileBytes must lie between 1 and 2146435071: 0", () -> LIMITS.withMaxFileBytes(0));
        Refusal.says("maxFileBytes must lie between 1 and 2146435071: -5", () -> LIMITS.withMaxFileBytes(-5));
        Refusal.says(
                "maxFileBytes must lie between 1 and 2146435071: 4294967296", () -> LIMITS.withMaxFileBytes(1L << 32));
        Refusal.says("maxNodes must lie between 1 and 2147483647: 0", () -> new LoadLimits(1, 1, 1, 0));
        assertEquals(3L << 30, LIMITS.withMaxFileBytes(3L << 29).maxMemoryBytes());
    }
}
