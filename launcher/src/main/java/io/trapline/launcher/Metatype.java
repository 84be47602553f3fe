package io.trapline.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * What the configurations of shipped bundles may say: read from their {@code OSGI-INF/metatype/*.xml} (OSGi
 * Compendium 8, chapter 105), so that a mistake is found before anything starts.
 */
final class Metatype {
    private static final String FOLDER = "OSGI-INF/metatype/";
    private final Map<String, Map<String, Attribute>> byPid = new TreeMap<>();

    /**
     * One key.
     *
     * @param type as in the XML: String, Integer, Long, Boolean, Double, ...
     * @param many whether it takes a list
     * @param choices the values allowed; empty: any
     * @param least least number; null: any
     * @param most greatest number; null: any
     */
    record Attribute(String type, boolean many, Set<String> choices, Long least, Long most) {
        boolean whole() {
            return Set.of("Integer", "Long", "Short", "Byte").contains(type);
        }

        boolean fraction() {
            return type.equals("Double") || type.equals("Float");
        }

        /** In plain words, e.g. {@code a whole number}. */
        String words() {
            String one =
                    whole()
                            ? "whole number"
                            : fraction()
                                    ? "number"
                                    : type.equals("Boolean") ? "true or false" : "text";
            if (!choices.isEmpty()) {
                one = "one of " + String.join(", ", choices);
            } else if (least != null || most != null) {
                one +=
                        " from "
                                + (least == null ? "any" : least)
                                + " to "
                                + (most == null ? "any" : most);
            }
            return many ? "list of: " + one : one;
        }
    }

    static Metatype of(List<Path> jars) throws BadInput {
        Metatype metatype = new Metatype();
        for (Path jar : jars) {
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                for (ZipEntry entry : zip.stream().toList()) {
                    if (entry.getName().startsWith(FOLDER) && entry.getName().endsWith(".xml")) {
                        metatype.add(zip.getInputStream(entry));
                    }
                }
            } catch (IOException | SAXException | ParserConfigurationException e) {
                throw new BadInput("cannot read " + jar + ": " + e.getMessage(), e);
            }
        }
        return metatype;
    }

    /** The keys of a PID, or of the factory before its {@code ~}; null if no shipped bundle knows it. */
    Map<String, Attribute> keys(String pid) {
        int tilde = pid.indexOf('~');
        return byPid.get(tilde < 0 ? pid : pid.substring(0, tilde));
    }

    /** The PIDs that shipped bundles know. */
    Set<String> pids() {
        return byPid.keySet();
    }

    void add(InputStream xml) throws IOException, SAXException, ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Element root = factory.newDocumentBuilder().parse(xml).getDocumentElement();
        Map<String, Map<String, Attribute>> byId = new HashMap<>();
        for (Element ocd : elements(root, "OCD")) {
            Map<String, Attribute> attributes = new TreeMap<>();
            for (Element ad : elements(ocd, "AD")) {
                attributes.put(ad.getAttribute("id"), attribute(ad));
            }
            byId.put(ocd.getAttribute("id"), attributes);
        }
        for (Element designate : elements(root, "Designate")) {
            String factoryPid = designate.getAttribute("factoryPid");
            String pid = factoryPid.isEmpty() ? designate.getAttribute("pid") : factoryPid;
            String ocd = elements(designate, "Object").get(0).getAttribute("ocdref");
            byPid.put(pid, byId.get(ocd));
        }
    }

    private static Attribute attribute(Element ad) {
        String cardinality = ad.getAttribute("cardinality");
        Set<String> choices =
                elements(ad, "Option").stream()
                        .map(option -> option.getAttribute("value"))
                        .collect(Collectors.toCollection(TreeSet::new));
        return new Attribute(
                ad.getAttribute("type"),
                !cardinality.isEmpty() && !cardinality.equals("0"),
                choices,
                bound(ad.getAttribute("min")),
                bound(ad.getAttribute("max")));
    }

    private static Long bound(String text) {
        return text.isEmpty() ? null : Long.decode(text);
    }

    private static List<Element> elements(Element parent, String name) {
        NodeList nodes = parent.getElementsByTagName(name);
        return java.util.stream.IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }
}
