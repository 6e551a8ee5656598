package org.quirkwatch.job;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.quirkwatch.verdictlog.Disk;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/// Puts jobs together, where verdicts are logged.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@EnableConfigurationProperties(JobProperties.class)
class JobConfiguration {

    @Bean
    JobTable jobTable(JdbcOperations jdbc) {
        return new JobTable(jdbc);
    }

    @Bean
    JobPages jobPages(JdbcOperations jdbc) {
        return new JobPages(jdbc);
    }

    @Bean
    Room jobRoom(JobTable table, Disk disk, JobProperties properties) {
        return new Room(table, disk, properties);
    }

    @Bean
    JobInputs jobInputs(JobProperties properties) {
        return new JobInputs(properties);
    }

    @Bean
    Jobs jobs(
            JobTable table,
            JobPages pages,
            PlatformTransactionManager transactions,
            Room room,
            JobProperties properties) {
        return new Jobs(
                table,
                pages,
                new TransactionTemplate(transactions),
                room,
                properties,
                InstantSource.system());
    }

    @Bean(initMethod = "register")
    JobMetrics jobMetrics(MeterRegistry meters, JobTable table) {
        return new JobMetrics(meters, table);
    }

    @Bean
    JobRunner jobRunner(
            ObjectProvider<JobKind> kinds,
            Jobs jobs,
            JobTable table,
            JobPages pages,
            PlatformTransactionManager transactions,
            Room room,
            JobProperties properties,
            JobMetrics metrics) {
        JobRunner runner =
                new JobRunner(
                        kinds.orderedStream().toList(),
                        new RunningJob.Tables(
                                table,
                                pages,
                                new TransactionTemplate(transactions),
                                room,
                                properties,
                                InstantSource.system()),
                        metrics);
        jobs.onSubmitted(runner::wake);
        return runner;
    }

    @Bean
    JobEvents jobEvents(Jobs jobs, JobRunner runner, JobProperties properties, JsonMapper json) {
        return new JobEvents(jobs, runner, properties, json);
    }

    @Bean
    JobRetention jobRetention(Jobs jobs, JobTable table, JobProperties properties) {
        return new JobRetention(
                jobs,
                table,
                properties.retention(),
                properties.maxInputTime(),
                InstantSource.system());
    }
}
