package io.trapline.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.metatype.AD;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.osgi.service.metatype.AttributeDefinition;

/** Values as an operator types them, by the table that the launcher's test goes through too. */
class TypedTest {
    /** A key as Felix's metatype describes it. */
    static AttributeDefinition key(
            String type, String min, String max, String choices, boolean many) {
        AD felix = new AD();
        felix.setID("key");
        felix.setType(type);
        felix.setMin(min);
        felix.setMax(max);
        felix.setCardinality(many ? Integer.MAX_VALUE : 0);
        Map<String, String> options = new TreeMap<>();
        for (String choice : choices == null ? new String[0] : choices.split(" ")) {
            options.put(choice, choice);
        }
        felix.setOptions(options);
        return new AttributeDefinition() {
            @Override
            public String getName() {
                return felix.getID();
            }

            @Override
            public String getID() {
                return felix.getID();
            }

            @Override
            public String getDescription() {
                return "what it is";
            }

            @Override
            public int getCardinality() {
                return felix.getCardinality();
            }

            @Override
            public int getType() {
                return felix.getType();
            }

            @Override
            public String[] getOptionValues() {
                return felix.getOptionValues();
            }

            @Override
            public String[] getOptionLabels() {
                return felix.getOptionLabels();
            }

            @Override
            public String validate(String value) {
                return felix.validate(value);
            }

            @Override
            public String[] getDefaultValue() {
                return felix.getDefaultValue();
            }
        };
    }

    @ParameterizedTest(name = "{0} {1} {2} {3} {4}: \"{5}\" is {6}")
    @CsvFileSource(files = "src/test/resources/values.csv", delimiter = '|', quoteCharacter = '\'')
    void areReadByTheTable(
            String type,
            String min,
            String max,
            String choices,
            boolean many,
            String text,
            String value) {
        AttributeDefinition key = key(type, min, max, choices, many);
        if (value.equals("-")) {
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class, () -> Typed.value(key, text), text);
            assertTrue(refused.getMessage().matches("key=.*, wanted .*"), refused::getMessage);
        } else {
            assertEquals(value.replace(' ', ','), Typed.show(Typed.value(key, text)));
        }
    }

    @Test
    void haveTheTypeOfTheirKey() {
        assertEquals(5, Typed.value(key("Integer", null, null, null, false), "5"));
        assertEquals(5L, Typed.value(key("Long", null, null, null, false), "5"));
        assertEquals(
                String[].class,
                Typed.value(key("String", null, null, null, true), "a,b").getClass());
    }

    @Test
    void sayWhatWouldBeRight() {
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Typed.value(key("Integer", "1", "16", null, false), "17"));
        assertEquals("key=17, wanted a number in its range (what it is)", refused.getMessage());
    }
}
