package org.quirkwatch;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.ApplicationModule;
import org.springframework.modulith.core.ApplicationModules;

/// Holds the packages to what ARCHITECTURE.md says of them.
class ArchitectureTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("org.quirkwatch");

    /// Packages that know no framework: what they compute stands on its own.
    private static final String[] WITHOUT_SPRING =
            Stream.of(
                            "problem",
                            "audit",
                            "identifier",
                            "progress",
                            "signal",
                            "torch",
                            "linalg",
                            "flow",
                            "checkpoint",
                            "model",
                            "quirky",
                            "training",
                            "dataset",
                            "feature",
                            "detector",
                            "calibration",
                            "artifact",
                            "fitting",
                            "evaluation",
                            "bundled",
                            "lane")
                    .map(name -> "org.quirkwatch." + name + "..")
                    .toArray(String[]::new);

    @Test
    void packagesDependOnlyOnThoseThatTheyDeclare() {
        ApplicationModules.of(Quirkwatch.class).verify();
    }

    @Test
    void everyPackageDeclaresWhatItMayUse() {
        List<String> undeclared =
                CLASSES.stream()
                        .map(type -> type.getPackage())
                        .distinct()
                        .filter(found -> !found.getName().equals("org.quirkwatch"))
                        .filter(found -> !found.isAnnotatedWith(ApplicationModule.class))
                        .map(found -> found.getName())
                        .toList();
        assertThat(undeclared).isEmpty();
    }

    @Test
    void onlyTorchTouchesTheEngine() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(
                                "org.quirkwatch.torch..", "org.quirkwatch.checkpoint..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("ai.djl.."));
        check(
                noClasses()
                        .that()
                        .resideInAPackage("org.quirkwatch.checkpoint..")
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage("ai.djl..")
                                        .and(
                                                resideOutsideOfPackage(
                                                        "ai.djl.huggingface.tokenizers.."))));
    }

    @Test
    void theMathsAndTheModelKnowNoSpring() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage(WITHOUT_SPRING)
                        .and()
                        .doNotHaveSimpleName("package-info")
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("org.springframework..", "io.micrometer.."));
    }

    @Test
    void commandsStartNoFramework() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("org.quirkwatch.cli..")
                        .and()
                        .doNotHaveSimpleName("package-info")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("org.springframework.."));
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("org.quirkwatch.cli..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("picocli.."));
    }

    @Test
    void nothingIsInjectedIntoFields() {
        for (String annotation :
                List.of(
                        "org.springframework.beans.factory.annotation.Autowired",
                        "org.springframework.beans.factory.annotation.Value",
                        "jakarta.inject.Inject",
                        "jakarta.annotation.Resource")) {
            check(noFields().should().beAnnotatedWith(annotation));
        }
    }

    @Test
    void onlyCommandsWriteToTheProcessesStreams() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("org.quirkwatch.cli..")
                        .should()
                        .accessField(System.class, "out")
                        .orShould()
                        .accessField(System.class, "err")
                        .orShould()
                        .callMethod(Throwable.class, "printStackTrace"));
    }

    @Test
    void loggingGoesThroughOneLibrary() {
        check(
                noClasses()
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "java.util.logging..",
                                "org.apache.commons.logging..",
                                "org.apache.logging.."));
    }

    @Test
    void loggersAreConstants() {
        check(
                fields().that()
                        .haveRawType("org.slf4j.Logger")
                        .should()
                        .bePrivate()
                        .andShould()
                        .beStatic()
                        .andShould()
                        .beFinal()
                        .allowEmptyShould(true));
    }

    @Test
    void namesSayWhatAThingIs() {
        check(
                noClasses()
                        .should()
                        .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)(\\$.*)?"));
    }

    @Test
    void exceptionsThatCrossPackagesAreProblems() {
        check(
                classes()
                        .that()
                        .areAssignableTo(Throwable.class)
                        .and()
                        .arePublic()
                        .should()
                        .haveFullyQualifiedName("org.quirkwatch.problem.Problem"));
    }

    @Test
    void architectureMdListsEveryPackageWithItsArrows() throws IOException {
        Pattern row = Pattern.compile("\\| `([a-z]+)` \\|.*\\| ([^|]*) \\|");
        SortedMap<String, SortedSet<String>> written = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("ARCHITECTURE.md"))) {
            var match = row.matcher(line);
            if (match.matches()) {
                written.put(match.group(1), names(match.group(2)));
            }
        }
        SortedMap<String, SortedSet<String>> declared = new TreeMap<>();
        for (var type : CLASSES) {
            var found = type.getPackage();
            if (found.isAnnotatedWith(ApplicationModule.class)) {
                String name = found.getName().substring("org.quirkwatch.".length());
                String[] arrows =
                        found.getAnnotationOfType(ApplicationModule.class).allowedDependencies();
                declared.put(name, new TreeSet<>(List.of(arrows)));
            }
        }
        assertThat(written).isEqualTo(declared);
    }

    private static SortedSet<String> names(String cell) {
        return Stream.of(cell.split(", "))
                .filter(name -> !name.equals("–"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
