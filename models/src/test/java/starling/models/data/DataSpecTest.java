package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static starling.models.data.DataFiles.assertUnfit;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.data.DataSpec.Kind;
import starling.models.data.Preparation.Layout;

class DataSpecTest {
    @Test
    void defaultsDependOnTheKind() {
        DataSpec images = DataSpec.parse("mnist:some/where");
        assertEquals(Kind.MNIST, images.kind());
        assertEquals("some/where", images.location());
        assertEquals(1 / 255.0, images.preparation().scale());
        assertEquals(new Preparation(1, 0, List.of(0.0), List.of(1.0), Layout.NCHW, null), Preparation.none());
        assertNull(images.split());
        assertNull(images.header());
        assertNull(images.separator());
        assertEquals(Integer.MAX_VALUE, images.limit());

        assertEquals(1 / 255.0, DataSpec.parse("cifar10:x").preparation().scale());
        assertEquals(1 / 255.0, DataSpec.parse("builtin:fashion").preparation().scale());
        assertEquals(Preparation.none(), DataSpec.parse("csv:x").preparation());
        assertEquals(Preparation.none(), DataSpec.parse("npy:x").preparation());
    }

    @Test
    void everyOptionIsTaken() {
        DataSpec spec = DataSpec.parse("cifar10:d,scale=0.5,offset=-1,mean=0.49/0.48/0.45,std=2/3/4e-1,layout=nhwc,"
                + "crop=20x24,split=all,limit=12");
        assertEquals(
                new Preparation(
                        0.5,
                        -1,
                        List.of(0.49, 0.48, 0.45),
                        List.of(2.0, 3.0, 0.4),
                        Layout.NHWC,
                        new Preparation.Crop(20, 24)),
                spec.preparation());
        assertEquals(Split.ALL, spec.split());
        assertEquals(12, spec.limit());
        assertEquals(
                new Preparation.Crop(28, 28),
                DataSpec.parse("cifar10:d,crop=28").preparation().crop());

        DataSpec table = DataSpec.parse("csv:C:\\t.csv,header=false,separator=;");
        assertEquals("C:\\t.csv", table.location());
        assertEquals(false, table.header());
        assertEquals(';', table.separator());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "comma~,",
                "semicolon~;",
                "tab~`\t`",
                "space~` `",
                "pipe~|",
                "|~|",
                ",~,",
                ":~:",
                "`\t`~`\t`",
                "`=`~`=`"
            })
    void separatorsHaveNamesOrStandForThemselves(String given, String meant) {
        for (String rest : new String[] {"", ",limit=3"}) {
            DataSpec spec = DataSpec.parse("csv:x,separator=" + given + rest);
            assertEquals(meant.charAt(0), spec.separator());
            assertEquals(rest.isEmpty() ? Integer.MAX_VALUE : 3, spec.limit());
        }
    }

    @Test
    void theTextOfASpecGivesItBack() {
        Random random = new Random(7);
        String[] options = {
            "scale=" + random.nextDouble(),
            "offset=-1e-3",
            "mean=0.5/0.25",
            "std=3",
            "layout=nhwc",
            "crop=3x4",
            "crop=5",
            "split=train",
            "limit=9"
        };
        for (int chosen = 0; chosen < 1 << options.length; chosen++) {
            StringBuilder text = new StringBuilder("npy:folder");
            for (int i = 0; i < options.length; i++) {
                if ((chosen >> i & 1) == 1 && !(i == 6 && (chosen >> 5 & 1) == 1)) {
                    text.append(',').append(options[i]);
                }
            }
            DataSpec spec = DataSpec.parse(text.toString());
            assertEquals(spec, DataSpec.parse(spec.toString()), spec::toString);
        }
        for (String text : List.of(
                "csv:t,header=true,separator=comma",
                "csv:t,header=false,separator=tab",
                "csv:t,separator=!",
                "builtin:mnist,split=test",
                "mnist:d,scale=1.0")) {
            assertEquals(text, DataSpec.parse(text).toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "mnist~kind:location~'mnist'",
                "imagenet:d~mnist, cifar10, csv, npy, builtin~'imagenet'",
                "MNIST:d~must be one of~'MNIST'",
                ":d~must be one of~''",
                "mnist:~needs a location~'mnist:'",
                "mnist: ,limit=1~needs a location~'mnist: ,limit=1'",
                "builtin:cifar~must be one of mnist, fashion~'cifar'",
                "mnist:d,colour=1~scale, offset, mean~'colour'",
                "mnist:d,test~name=value~'test'",
                "mnist:d,=3~name=value~'=3'",
                "mnist:d,~name=value~''",
                "mnist:d,limit=1,limit=2~once~limit",
                "mnist:d,scale=1/255~scale must be a decimal number~'1/255'",
                "mnist:d,scale=0x1p3~scale must be a decimal number~'0x1p3'",
                "mnist:d,scale=1f~decimal~'1f'",
                "mnist:d,scale=~decimal~''",
                "mnist:d,scale=NaN~decimal~'NaN'",
                "mnist:d,scale=1e999~decimal~'1e999'",
                "mnist:d,scale=0~other than 0~0.0",
                "mnist:d,offset=a~offset must be a decimal number~'a'",
                "mnist:d,mean=1//2~mean must be a decimal number~''",
                "mnist:d,std=0~positive~0.0",
                "mnist:d,std=1/-2~positive~-2.0",
                "mnist:d,layout=hwc~layout must be one of nchw, nhwc~'hwc'",
                "mnist:d,crop=0~crop must be~'0'",
                "mnist:d,crop=3x~crop must be~'3x'",
                "mnist:d,crop=-3~crop must be~'-3'",
                "mnist:d,crop=3x4x5~crop must be~'3x4x5'",
                "mnist:d,split=valid~split must be one of train, test, all~'valid'",
                "mnist:d,limit=0~limit must be a whole number from 1~'0'",
                "mnist:d,limit=99999999999~whole number~'99999999999'",
                "mnist:d,limit=1.5~whole number~'1.5'",
                "mnist:d,header=true~header is for csv~mnist",
                "npy:d,separator=;~separator is for csv~npy",
                "csv:d,layout=nhwc~layout is for images~csv",
                "csv:d,crop=2~crop is for images~csv",
                "csv:d,header=yes~true or false~'yes'",
                "csv:d,separator=ab~one character~'ab'",
                "csv:d,separator=a~no letter~'a'",
                "csv:d,separator=~one character~''",
            })
    void whatIsWrongIsSaid(String text, String rule, String value) {
        assertUnfit(() -> DataSpec.parse(text), rule, value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "-1.5", "+.5", "1e-3", "2.E4"})
    void decimalsAreTakenAsTheyAre(String text) {
        assertEquals(
                Double.parseDouble(text),
                DataSpec.parse("csv:x,offset=" + text).preparation().offset());
    }

    @Test
    void aLocationMustBeAPath() {
        assertUnfit(() -> DataSpec.parse("mnist:a\0b").open(Split.TEST, 0), "must be a path");
    }
}
